"""Random logs of a few hundred entities, from a seed: ties, duplicates, late events, several sessions, nulls."""

from datetime import datetime, timedelta

import numpy as np

from willbuy.events.canonical import KINDS
from willbuy.features.live import Event

START = datetime(2015, 3, 20)
SECONDS = 20 * 86_400  # over the night in which Berlin's clocks leap forward


def random_log(seed: int, entities: int, late: float = 0.1, own_ids: bool = False) -> dict[str, list[Event]]:
    """Events by entity, in no order; a `late` share of them became known up to three days after they happened."""
    draw = np.random.default_rng(seed)
    return {f"visitor {number}": _events(draw, late, own_ids) for number in range(entities)}


def _events(draw: np.random.Generator, late: float, own_ids: bool) -> list[Event]:
    found: list[Event] = []
    for _ in range(draw.integers(1, 5)):  # visits
        time = START + timedelta(seconds=int(draw.integers(0, SECONDS)))
        own = f"s{draw.integers(0, 3)}" if own_ids and draw.random() < 0.9 else None
        for _ in range(draw.integers(1, 8)):
            time += timedelta(seconds=int(draw.choice([0, 0, 1, 60, 600, 1800, 2400])))
            found.append(_event(draw, time, own, late))
    again = draw.random(len(found)) < 0.05
    found += [event for event, twice in zip(found, again, strict=True) if twice]
    return [found[place] for place in draw.permutation(len(found))]


def _event(draw: np.random.Generator, time: datetime, own: str | None, late: float) -> Event:
    known = None
    if late and draw.random() < 0.5:  # half of the events say when they were received, most at once
        delay = int(draw.integers(0, 3 * 86_400)) if draw.random() < 2 * late else 0
        known = time + timedelta(seconds=delay)
    return Event(
        time=time,
        kind=str(draw.choice(KINDS, p=[0.5, 0.2, 0.05, 0.05, 0.15, 0.05])),
        item=None if draw.random() < 0.1 else f"item {draw.integers(0, 12)}",
        category=None if draw.random() < 0.2 else str(draw.choice(["shoes", "hats", 'it\'s "odd"'])),
        price=None if draw.random() < 0.2 else int(draw.integers(0, 100_000)),
        quantity=None if draw.random() < 0.5 else int(draw.integers(-2, 9)),
        session=own,
        received=known,
    )


def random_moments(seed: int, number: int) -> list[datetime]:
    """Moments inside the span of a random log, some of them at midnight."""
    draw = np.random.default_rng(seed)
    seconds = [int(second) for second in draw.integers(86_400, SECONDS, number)]
    seconds[::4] = [second - second % 86_400 for second in seconds[::4]]
    return sorted({START + timedelta(seconds=second) for second in seconds})
