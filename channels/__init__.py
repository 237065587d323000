"""The wire and the decisions: synchronous Python without IO, clock or chance."""
