"""What is a log's own in a training: its snapshots, its split in time, and how its run is told."""
