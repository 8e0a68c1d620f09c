"""Waiting for what another process or thread does: until it is done, not for a time that is often enough."""

import time
from collections.abc import Callable

PATIENCE = 120.0
"""Seconds after which something is a fault, on the busiest machine; nothing waits so long where there is none."""


def until(true: Callable[[], object], seconds: float = PATIENCE, look: float = 0.02) -> None:
    """Wait until something holds; AssertionError where it never does."""
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "it never held"
        time.sleep(look)
