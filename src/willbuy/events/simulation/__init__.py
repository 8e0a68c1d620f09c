"""The simulated shop: a seeded log in the Retail Rocket shape whose purchase probabilities are known exactly."""

from willbuy.events.simulation.write import SimulationResult, write_simulated_log

__all__ = ["SimulationResult", "write_simulated_log"]
