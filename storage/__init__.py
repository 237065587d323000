"""PostgreSQL, Redis and the records they keep; the embedded servers."""
