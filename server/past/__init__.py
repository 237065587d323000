"""Search over what a person has done and written."""
