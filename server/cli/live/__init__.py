"""The terminal view of a person's running fast or workout, built on the Python client."""
