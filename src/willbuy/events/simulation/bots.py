"""Bots: a few visitors with thousands of views in bursts at any hour, and never a cart or a purchase."""

import numpy as np
from numpy.typing import NDArray

from willbuy.events.simulation.expand import DAY_MS, VIEW, Events

Ints = NDArray[np.int64]
LEAST_VIEWS, MOST_VIEWS = 1_000, 8_000
BURST = 150  # mean views of a burst
GAP_SECONDS = 4.0


class Bots:
    """`n` bots among `visitors`, with their views spread over the span in bursts, over all items alike."""

    def __init__(self, n: int, visitors: int, days: int, items: int, rng: np.random.Generator) -> None:
        self.visitors: Ints = np.sort(rng.choice(visitors, n, replace=False)).astype(np.int64)
        self.events = _crawl(self.visitors, days, items, rng)
        self.since = np.full(n, np.inf)  # days from the start to the first view
        np.minimum.at(
            self.since, np.searchsorted(self.visitors, self.events.visitor), self.events.at / DAY_MS
        )


def _crawl(visitors: Ints, days: int, items: int, rng: np.random.Generator) -> Events:
    """Every bot's views. Those past the log's end are left for the writer to cut."""
    n = len(visitors)
    views = (LEAST_VIEWS * (1.0 - rng.random(n) * (1.0 - LEAST_VIEWS / MOST_VIEWS)) ** -1.0).astype(np.int64)
    rows = int(views.sum())
    starts = rng.random(rows) < 1.0 / BURST
    starts[np.cumsum(views) - views] = True
    burst = np.cumsum(starts) - 1
    seconds = np.cumsum(rng.standard_exponential(rows) * GAP_SECONDS)
    began = rng.uniform(0.0, days, int(starts.sum())) * DAY_MS
    at = (began[burst] + (seconds - seconds[starts][burst]) * 1000.0).astype(np.int64)
    item = rng.integers(0, items, rows)
    return Events(
        at, np.repeat(visitors, views), np.arange(rows), np.full(rows, VIEW), item, np.full(rows, -1)
    )
