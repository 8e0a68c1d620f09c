"""Draw a table of snapshots from its seed: counts with heavy tails, days with nulls, a label that some of them tell.

Usage: python -m benchmarks.house.make_rows NAME
"""

import sys

import numpy as np

from benchmarks.house.data import TABLES, Table
from benchmarks.house.side import Stages

CHUNK = 250_000


def main(table: Table) -> None:
    """Write the features (n, columns) as float32 and the labels (n,), a chunk at a time."""
    random = np.random.default_rng(table.seed)
    X = np.lib.format.open_memmap(
        table.features, mode="w+", dtype=np.float32, shape=(table.events, table.columns)
    )
    y = np.empty(table.events, dtype=np.int8)
    for first in range(0, table.events, CHUNK):
        part = X[first : first + CHUNK]
        part[:] = _draw(random, len(part), table.columns)
        told = (
            0.3 * np.log1p(part[:, 0])
            + 0.2 * np.log1p(part[:, 1])
            - 0.03 * np.nan_to_num(part[:, -1], nan=30.0)
        )
        y[first : first + CHUNK] = random.random(len(part)) < 1 / (1 + np.exp(3.2 - told))
    np.save(table.labels, y)
    X.flush()
    Stages().done(rows=table.events, buyers=int(y.sum()))


def _draw(random: np.random.Generator, n: int, columns: int) -> np.ndarray:
    """Three quarters counts, the others days since something, one in five of them unknown."""
    counts = np.floor(random.gamma(0.4, 8.0, (n, columns)))
    days = random.exponential(10.0, (n, columns))
    days[random.random(days.shape) < 0.2] = np.nan
    return np.where(np.arange(columns) < 0.75 * columns, counts, days).astype(np.float32)


if __name__ == "__main__":
    main(TABLES[sys.argv[1]])
