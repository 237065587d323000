"""The decisions about fasts."""
