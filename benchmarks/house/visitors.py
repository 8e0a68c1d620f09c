"""Visitors with a history each, drawn from a seed: what a service holds of somebody whom it scores."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np

from benchmarks.house import fourteen

Row = tuple[datetime, str, str]
"""When, what (a canonical kind), on which item."""

END = datetime(2015, 9, 18)
_PACE = (20, 60, 300, 600, 40_000, 90_000)  # seconds between two events: within a visit, or days apart


@dataclass(frozen=True)
class Visitors:
    """So many visitors with so many events each, asked about at so many moments."""

    name: str
    visitors: int
    each: int
    moments: int
    seed: int

    @property
    def events(self) -> int:
        """The events of all of them."""
        return self.visitors * self.each

    @property
    def evaluations(self) -> int:
        """Rows of features that are asked for."""
        return self.visitors * self.moments

    @property
    def words(self) -> str:
        """How much it is, in words."""
        return f"{self.visitors:,} visitors with {self.each} events each, {self.moments} moments"

    def draw(self) -> Iterator[tuple[list[Row], list[datetime]]]:
        """Each visitor's events in order of time, and the moments at which it is asked about: after some of its events."""
        draw = np.random.default_rng(self.seed)
        for _ in range(self.visitors):
            steps = np.cumsum(draw.choice(_PACE, self.each))
            kinds = draw.choice(fourteen.KINDS, self.each, p=[0.7, 0.2, 0.1]).tolist()
            times = [END - timedelta(seconds=int(steps[-1] - step)) for step in steps]
            items = [f"item {number}" for number in draw.integers(0, 20, self.each)]
            latest = times[-self.moments :]
            asked = [
                time + timedelta(seconds=int(later))
                for time, later in zip(latest, draw.integers(1, 4_000, self.moments), strict=True)
            ]
            yield list(zip(times, kinds, items, strict=True)), asked


FIFTY = Visitors("fifty", visitors=200, each=50, moments=5, seed=6)
FEW = Visitors("few", visitors=20, each=50, moments=5, seed=6)
ALL = {one.name: one for one in (FIFTY, FEW)}
