"""Fasts over REST."""
