"""Workouts over REST."""
