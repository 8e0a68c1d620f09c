"""Write a made-up table of click flags, and each user's true probability."""

import gzip
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import BinaryIO, cast

import numpy as np

from willbuy.events.simulation import arguments
from willbuy.events.simulation.workroom import put, workroom
from willbuy.shop import presets
from willbuy.tables.simulation.click_flags import draw, probability
from willbuy.tables.simulation.lines import flag_lines, ids, truth_lines
from willbuy.warehouse.duckdb import DuckDBWarehouse

NAME = "propensity_flags"
BLOCK = 1 << 16
"""Users that are drawn at a time, each block by a seed of its own: about 100 MB."""

Progress = Callable[[int, int | None, str], None]


@dataclass(frozen=True)
class FlagsResult:
    """What was written: rows, how many ordered, how many of them the truth expected, seconds it took."""

    output: str
    rows: int
    buyers: int
    expected: float
    truth_rows: int
    seconds: float

    def to_json(self) -> dict[str, object]:
        """The figures, for machines."""
        return asdict(self)

    def sentence(self) -> str:
        """The figures in words, in one line."""
        told = f" True probabilities of {self.truth_rows:,} users." if self.truth_rows else ""
        return (
            f"Wrote {self.output}: {self.rows:,} users, {self.buyers:,} of whom ordered ({self.buyers / self.rows:.2%}; "
            f"{self.expected:,.1f} expected), in {self.seconds:.1f} s.{told}"
        )


def write_click_flags(
    path: Path,
    *,
    users: int = 455_401,
    seed: int = 1,
    truth: Path | None = None,
    progress: Progress | None = None,
) -> FlagsResult:
    """Write a table of the shape `propensity_flags` to `path` (.csv, .csv.gz, .csv.zst): UserID, 23 flags, ordered.

    `truth` (.csv or .parquet) gets `UserID, probability`: the chance to order that the flags leave, which no model can
    better. The same arguments give the same bytes. Raises WillbuyError for wrong arguments and for a full disk.
    """
    began = time.monotonic()
    arguments.check_whole("visitors", users, 1, 100_000_000)
    arguments.check_whole("seed", seed, 0, 2**63 - 1)
    arguments.check_target("the table", path, arguments.LOG_ENDINGS)
    arguments.check_truth(truth, path)
    with workroom(path) as room:
        made, told = room / path.name, room / "truth.csv"
        buyers, expected = _write(made, told if truth else None, users, seed, progress)
        if truth:
            put(_as_parquet(told) if truth.suffix == ".parquet" else told, truth)
        put(made, path)
    return FlagsResult(
        str(path),
        users,
        buyers,
        round(expected, 3),
        users if truth else 0,
        round(time.monotonic() - began, 3),
    )


def _write(
    path: Path, truth: Path | None, users: int, seed: int, progress: Progress | None
) -> tuple[int, float]:
    """Block after block; returns how many ordered, and how many were expected to."""
    columns = presets.get_table(NAME).columns
    buyers, expected = 0, 0.0
    with ExitStack() as stack:
        table = stack.enter_context(_opened(path))
        told = stack.enter_context(_opened(truth)) if truth else None
        table.write(",".join(columns).encode() + b"\n")
        if told:
            told.write(b"UserID,probability\n")
        for first in range(0, users, BLOCK):
            n = min(BLOCK, users - first)
            rng = np.random.default_rng([seed, first])
            flags = draw(rng, n)
            chance = probability(flags)
            flags["ordered"] = rng.random(n) < chance
            names = ids(first, n, seed)
            table.write(flag_lines(names, np.stack([flags[name] for name in columns[1:]], axis=1)))
            if told:
                told.write(truth_lines(names, chance))
            buyers, expected = buyers + int(flags["ordered"].sum()), expected + float(chance.sum())
            if progress:
                progress(first + n, users, "clicking")
    return buyers, expected


@contextmanager
def _opened(path: Path) -> Iterator[BinaryIO]:
    """A file to write to, compressed as its name says; without a time in it, so that bytes are the same."""
    with path.open("wb") as file:
        if path.suffix == ".gz":
            with gzip.GzipFile("", "wb", 6, file, mtime=0) as zipped:
                yield cast(BinaryIO, zipped)
        elif path.suffix == ".zst":
            import zstandard  # only where a file asks for it

            with zstandard.ZstdCompressor().stream_writer(file) as packed:
                yield cast(BinaryIO, packed)
        else:
            yield file


def _as_parquet(path: Path) -> Path:
    made = path.with_suffix(".parquet")
    with DuckDBWarehouse(None) as warehouse:
        columns = "{'UserID': 'VARCHAR', 'probability': 'DOUBLE'}"
        name = warehouse.dialect.text(str(path))
        warehouse.to_parquet(
            f"SELECT * FROM read_csv({name}, auto_detect = false, header = true, columns = {columns})", made
        )
    return made
