"""In what order changes of the clocks come, and how often, makes no difference."""
