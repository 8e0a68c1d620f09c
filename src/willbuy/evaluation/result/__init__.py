"""The shape of a run's result, which is JSON: what train writes, what --json prints and what the report is rendered from."""
