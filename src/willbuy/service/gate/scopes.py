"""What a key may do: four scopes, each alone; none contains another."""

SCOPES = ("ingest", "predict", "read", "admin")
"""`ingest` sends events, `predict` asks for scores of records, `read` sees visitors, the model and metrics, `admin` erases."""
