"""Our speed beside rivals: `python -m benchmarks`, or `make bench`."""
