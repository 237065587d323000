"""Search over the libraries of exercises."""
