"""Our own way, as a user would call it. Run as `python -m benchmarks.ours.NAME`."""
