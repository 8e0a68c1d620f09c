"""Ingest on Spark: files are read by its workers, merged by its SQL, and made visible by one step of the ledger."""
