"""A made-up table of click flags, with the truth behind it."""

from willbuy.tables.simulation.write import NAME, FlagsResult, write_click_flags

__all__ = ["NAME", "FlagsResult", "write_click_flags"]
