"""The embedded servers: a real PostgreSQL and a real Valkey that live and die with the one who starts them."""
