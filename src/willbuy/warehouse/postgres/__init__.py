"""PostgreSQL as the engine: the shop's tables in one schema of a server. Only this room knows how that server is reached."""
