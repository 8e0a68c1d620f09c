"""Ingest into a PostgreSQL server: what the readers of files have typed is copied there, and merged there."""
