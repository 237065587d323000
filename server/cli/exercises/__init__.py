"""`cornerman exercises`."""
