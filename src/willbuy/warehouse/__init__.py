"""Where tables live. The only place that knows an engine's name."""
