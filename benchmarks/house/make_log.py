"""Draw a log in the Retail Rocket shape, from a seed.

The columns are those of the public log (`timestamp,visitorid,event,itemid,transactionid`, times in epoch milliseconds). So
are its rates: 138 days, 1.96 events a visitor of which most come once, 96.7 % views, 2.5 % carts, 0.8 % transactions, items
with a heavy head, rows in no order of time. It is no model of behaviour (purchases are drawn at random): `willbuy simulate`
is. It is quick, and independent of the package that is measured.

Usage: python -m benchmarks.house.make_log NAME
"""

import json
import sys
from collections.abc import Callable
from pathlib import Path

import duckdb
import numpy as np
import numpy.typing as npt

from benchmarks.house.data import LOGS, Log

DAY_MS = 86_400_000
FIRST_MS = 1_430_611_200_000  # 2015-05-03, midnight UTC
DAYS = 138
ITEMS = 235_061
KINDS = ("view", "addtocart", "transaction")
KIND_SHARES = (0.9667, 0.0252, 0.0081)
TRANSACTIONS = 17_672  # how many transaction ids there are

Integers = npt.NDArray[np.int64]


def write(log: Log, csv: Path, keyed: Path) -> None:
    """Write the log as CSV, in no order, and as integer keys in Parquet, in order of time."""
    columns = simulate(log)
    connection = duckdb.connect()
    connection.register("drawn", columns)
    keys = (
        "SELECT entity::INTEGER AS entity, item::INTEGER AS item, kind::TINYINT AS kind, "
        "make_timestamp(time * 1000) AS time FROM drawn ORDER BY time, entity, item, kind"
    )
    _complete(
        keyed, lambda path: connection.execute(f"COPY ({keys}) TO '{path}' (FORMAT parquet)").fetchall()
    )
    order = np.random.default_rng(log.seed + 100).permutation(log.events)
    connection.register("shuffled", {name: column[order] for name, column in columns.items()})
    names = ", ".join(f"'{name}'" for name in KINDS)
    rows = (
        f"SELECT time AS timestamp, entity AS visitorid, [{names}][kind + 1] AS event, item AS itemid, "
        f"CASE WHEN kind = {KINDS.index('transaction')} THEN time % {TRANSACTIONS} END AS transactionid FROM shuffled"
    )
    _complete(
        csv, lambda path: connection.execute(f"COPY ({rows}) TO '{path}' (FORMAT csv, HEADER)").fetchall()
    )


def _complete(path: Path, write_to: Callable[[Path], object]) -> None:
    """Write a file so that under its name it is complete, or not there."""
    partial = path.with_name(path.name + ".partial")
    write_to(partial)
    partial.replace(path)


def simulate(log: Log) -> dict[str, Integers]:
    """Draw the log: `entity`, `item`, `kind` (an index into KINDS) and `time` (epoch milliseconds), by entity.

    Every visitor comes once; the events left over go to visitors by heavy-tailed weights. A visitor's next event follows
    within minutes or days; it looks at the same item again or at another.
    """
    rng = np.random.default_rng(log.seed)
    owner = np.sort(np.concatenate([np.arange(log.visitors), _regulars(rng, log)]))
    first = np.empty(log.events, dtype=bool)
    first[0] = True
    np.not_equal(owner[1:], owner[:-1], out=first[1:])
    return {
        "entity": rng.permutation(log.visitors)[owner],
        "item": _items(rng, first),
        "kind": rng.choice(len(KINDS), log.events, p=KIND_SHARES).astype(np.int64),
        "time": _times(rng, first),
    }


def _regulars(rng: np.random.Generator, log: Log) -> Integers:
    """The owners of all events beyond each visitor's first: three visitors in ten or so, a few of them with thousands."""
    weights = rng.lognormal(0, 1.8, log.visitors) * (rng.random(log.visitors) < 0.7)
    bounds = np.cumsum(weights)
    owners: Integers = np.searchsorted(bounds, rng.random(log.events - log.visitors) * bounds[-1])
    return owners


def _items(rng: np.random.Generator, first: npt.NDArray[np.bool_]) -> Integers:
    """Items with a heavy head; four events in ten repeat the visitor's item before."""
    drawn: Integers = np.exp(rng.random(len(first)) * np.log(ITEMS)).astype(np.int64)
    fresh = first | (rng.random(len(first)) < 0.6)
    newest: Integers = np.maximum.accumulate(np.where(fresh, np.arange(len(first)), 0))
    return drawn[newest]


def _times(rng: np.random.Generator, first: npt.NDArray[np.bool_]) -> Integers:
    """A visitor's events follow each other within a minute or two, or days later; past the end the log wraps around."""
    soon = rng.random(len(first)) < 0.75
    gaps = (rng.exponential(1.0, len(first)) * np.where(soon, 90_000, 9 * DAY_MS)).astype(np.int64)
    gaps[first] = 0
    since = np.cumsum(gaps)
    start = np.maximum.accumulate(np.where(first, np.arange(len(first)), 0))
    arrival = rng.integers(0, DAYS * DAY_MS, len(first))
    times: Integers = FIRST_MS + (arrival[start] + since - since[start]) % (DAYS * DAY_MS)
    return times


if __name__ == "__main__":
    asked = LOGS[sys.argv[1]]
    write(asked, asked.csv, asked.keyed)
    print(json.dumps({"events": asked.events}))
