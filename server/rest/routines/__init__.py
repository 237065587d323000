"""Routines over REST."""
