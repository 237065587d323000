"""What somebody has done and written, found again."""
