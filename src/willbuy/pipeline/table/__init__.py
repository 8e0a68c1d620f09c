"""What is a table's own in a training: its rows, its split, and how its run is told."""
