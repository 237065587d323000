"""The terminal view of a person's running fast, built on the Python client."""
