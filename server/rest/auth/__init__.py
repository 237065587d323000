"""Accounts: signing in and out, tokens, keys."""
