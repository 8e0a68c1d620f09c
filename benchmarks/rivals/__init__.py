"""The other ways of doing our work, each as good as we could write it. Run as `python -m benchmarks.rivals.NAME`."""
