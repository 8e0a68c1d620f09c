"""Bronze and silver: the canonical event, presets of known logs, reading, refusing, the simulated shop."""
