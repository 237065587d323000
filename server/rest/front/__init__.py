"""What stands around every HTTP request, whatever answers it."""
