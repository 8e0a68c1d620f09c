"""Answers made up for the tests of the prediction log."""

from collections.abc import Iterator
from datetime import datetime, timedelta

import numpy as np

from willbuy.store.predictions import Answer

NOW = datetime(2015, 9, 1, 12)
VERSION = "0f3c" * 16


def made_up(count: int, entities: int = 7, seed: int = 1, start: datetime = NOW) -> Iterator[Answer]:
    """So many answers, a second apart, about some entities in turn, with five features of which one is null."""
    rng = np.random.default_rng(seed)
    for number in range(count):
        row = rng.normal(size=5)
        row[2] = np.nan
        yield Answer(
            id=f"answer-{number}",
            entity=f"visitor-{number % entities}",
            route="/predict",
            version=VERSION,
            moment=start + timedelta(seconds=number),
            features=row.tobytes(),
            log_odds=float(row[0]),
            probability=float(rng.uniform()),
        )
