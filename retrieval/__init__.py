"""Finding: exercises, and what a person did."""
