"""The checks of `cornerman doctor`, by part."""
