"""What every benchmark shares: the logs, the stopwatch, the proof that two sides agree, the page of results."""
