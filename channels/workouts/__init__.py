"""Workouts as decisions."""
