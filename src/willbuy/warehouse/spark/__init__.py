"""Spark: tables as Parquet files, computed by as many machines as a master has."""
