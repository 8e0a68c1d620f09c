"""Many processes at one port: one that starts them and looks after them, and what they share."""
