"""From probabilities to decisions: bands, thresholds and what acting on them would bring. Needs numpy alone."""
