"""A block of visitors: as many as asked for, each of them seen at least once within the log's span."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

import numpy as np

from willbuy.events.simulation.bots import Bots
from willbuy.events.simulation.clock import ShopClock
from willbuy.events.simulation.expand import Events, lay_out
from willbuy.events.simulation.items import Shelf
from willbuy.events.simulation.presets import BUY, Preset
from willbuy.events.simulation.visits import Visits, Walk

BEFORE = 60.0
"""Business days of life before the log's start, so that its first weeks have returning visitors too."""

VISITORS, LAYOUT, BOTS, SHELF = range(4)  # what a stream of random numbers is for


@dataclass
class Block:
    """Visitors `first` to `first + n - 1`: visits and events of people; the bots, and their first views (days)."""

    first: int
    n: int
    visits: Visits
    events: Events
    bots: np.ndarray
    bots_since: np.ndarray


class Simulation:
    """Everything that is settled before the first visitor comes. The same arguments give the same log."""

    def __init__(self, preset: Preset, visitors: int, seed: int, days: int, start: datetime) -> None:
        self.preset, self.visitors, self.seed, self.days, self.start = preset, visitors, seed, days, start
        self.clock = ShopClock(start)
        self.end = float(self.clock.business(float(days)))
        items = max(100, round(visitors / preset.visitors_per_item))
        self.shelf = Shelf(items, preset.zipf, self.stream_seed(SHELF))
        self.bots = Bots(visitors // preset.visitors_per_bot, visitors, days, items, self.rng(BOTS))

    def stream_seed(self, *place: int) -> np.random.SeedSequence:
        """The seed of one stream of random numbers."""
        return np.random.SeedSequence(self.seed, spawn_key=place)

    def rng(self, *place: int) -> np.random.Generator:
        """One stream of random numbers."""
        return np.random.default_rng(self.stream_seed(*place))

    def blocks(self, size: int) -> Iterator[Block]:
        """All visitors, at most `size` at once."""
        transactions = 0
        for number, first in enumerate(range(0, self.visitors, size)):
            n = min(size, self.visitors - first)
            humans = np.setdiff1d(np.arange(first, first + n), self.bots.visitors)
            visits = self._visits(humans, self.rng(VISITORS, number))
            events = lay_out(visits, self.preset, self.shelf, self.rng(LAYOUT, number), transactions)
            transactions += int((visits.kind == BUY).sum())
            mine = (self.bots.visitors >= first) & (self.bots.visitors < first + n)
            yield Block(first, n, visits, events, self.bots.visitors[mine], self.bots.since[mine])

    def _visits(self, ids: np.ndarray, rng: np.random.Generator) -> Visits:
        """Visits of the visitors `ids`: arrivals are drawn until enough of them were seen within the span."""
        parts: list[Visits] = []
        done = 0
        while done < len(ids):
            arrivals = int((len(ids) - done) * (1.0 + BEFORE / self.end) * 1.02) + 16
            at = rng.uniform(-BEFORE, self.end, arrivals)
            walk = Walk(self.preset, self.clock, self.shelf, rng)
            visits = walk.arrive(at, self.end)
            visits = visits.take(visits.start >= 0.0)
            seen = np.unique(visits.visitor)[: len(ids) - done]
            name = np.full(arrivals, -1)
            name[seen] = ids[done : done + len(seen)]
            visits.visitor = name[visits.visitor]
            parts.append(visits.take(visits.visitor >= 0))
            done += len(seen)
        return (
            Visits.join(parts)
            if parts
            else Walk(self.preset, self.clock, self.shelf, rng).arrive(np.zeros(0), 0.0)
        )
