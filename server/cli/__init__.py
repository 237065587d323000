"""The `cornerman` command line."""
