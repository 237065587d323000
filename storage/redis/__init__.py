"""Redis: fan-out, hot history, presence, limits. It may vanish at any moment without loss."""
