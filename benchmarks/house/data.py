"""The logs that benchmarks read: seeded, in the Retail Rocket shape, made once and kept in `bench-data/`.

The columns are those of the public log (`timestamp,visitorid,event,itemid,transactionid`, times in epoch milliseconds). So
are its rates: 138 days, 1.96 events a visitor of which most come once, 96.7 % views, 2.5 % carts, 0.8 % transactions, items
with a heavy head, rows in no order of time.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    import polars as pl

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "bench-data"

DAY_MS = 86_400_000
FIRST_MS = 1_430_611_200_000  # 2015-05-03, midnight UTC
DAYS = 138
ITEMS = 235_061
EVENTS_A_VISITOR = 2_756_101 / 1_407_580
KINDS = ("view", "addtocart", "transaction")
KIND_SHARES = (0.9667, 0.0252, 0.0081)

Integers = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Log:
    """A log by its size; `name` is also its file's stem."""

    name: str
    events: int
    seed: int

    @property
    def visitors(self) -> int:
        """How many visitors the log has, in Retail Rocket's proportion."""
        return round(self.events / EVENTS_A_VISITOR)

    @property
    def csv(self) -> Path:
        """Where the CSV file lies once it has been made."""
        return FOLDER / f"{self.name}.csv"

    @property
    def keyed(self) -> Path:
        """The same events as integer keys in Parquet, sorted by time: what feature rivals are given for nothing."""
        return FOLDER / f"{self.name}.keyed.parquet"


SMALL = Log("small", 60_000, seed=3)
FULL = Log("2.76m", 2_756_101, seed=1)
LARGE = Log("30m", 30_000_000, seed=2)
LOGS = {log.name: log for log in (SMALL, FULL, LARGE)}


def ensure(log: Log) -> Log:
    """Make the log's two files unless they are there."""
    if not (log.csv.exists() and log.keyed.exists()):
        FOLDER.mkdir(exist_ok=True)
        _write(log)
    return log


def remove(log: Log) -> None:
    """Delete the log's files."""
    log.csv.unlink(missing_ok=True)
    log.keyed.unlink(missing_ok=True)


def _write(log: Log) -> None:
    import polars as pl

    columns = simulate(log)
    _replace(log.keyed, _keyed(columns).write_parquet)
    order = np.random.default_rng(log.seed + 100).permutation(log.events)
    rows = pl.DataFrame({name: column[order] for name, column in columns.items()}).select(
        timestamp="time",
        visitorid="entity",
        event=pl.col("kind").replace_strict(dict(enumerate(KINDS)), return_dtype=pl.String),
        itemid="item",
        transactionid=pl.when(pl.col("kind") == KINDS.index("transaction")).then(pl.col("time") % 17_672),
    )
    _replace(log.csv, rows.write_csv)


def _keyed(columns: dict[str, Integers]) -> "pl.DataFrame":
    import polars as pl

    return (
        pl.DataFrame(columns)
        .select(
            pl.col("entity").cast(pl.Int32),
            pl.col("item").cast(pl.Int32),
            pl.col("kind").cast(pl.Int8),
            time=(pl.col("time") * 1000).cast(pl.Datetime("us")),
        )
        .sort("time")
    )


def _replace(path: Path, write: Callable[[Path], object]) -> None:
    partial = path.with_name(path.name + ".partial")
    write(partial)
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
