"""The formats in which people have libraries already."""
