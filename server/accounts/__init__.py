"""Accounts: passwords, keys, tokens, signing in and out, who sends a request."""
