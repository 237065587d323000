"""Workouts out of the files that other tools export."""
