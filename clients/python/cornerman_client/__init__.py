"""Async, typed client of the Cornerman live server."""
