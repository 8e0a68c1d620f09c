"""Bronze on its way out of Spark: it lies by date, and is cut by lines of its source again, as other engines keep it."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from willbuy.events.spark.bench import SparkBench
from willbuy.events.spark.written import parquet
from willbuy.warehouse.ledger import Part, SourceRow

BYTES_A_PART = 16_000_000


class Held(NamedTuple):
    """What a file of bronze holds of a source: its first and its last line, bytes of text, and whether quotes are among it."""

    path: Path
    source: int
    first: int
    last: int
    bytes: int
    quotes: bool


@dataclass(frozen=True)
class SparkOutgoing:
    """Of Spark's bronze, read by this machine. `held` tells which files a part's lines may lie in."""

    held: Sequence[Held]

    @classmethod
    def of(cls, origin: SparkBench) -> "SparkOutgoing":
        """Look through all of bronze once."""
        paths = [origin.layout.home / file.file for file in origin.ledger.files("events_raw")]
        if not paths:
            return cls(())
        found = origin.connection.execute(
            "SELECT filename, source, min(line), max(line), sum(strlen(raw) + 1), bool_or(contains(raw, '\"')) "
            f"FROM read_parquet({parquet(paths)}, hive_partitioning = false, filename = true) GROUP BY ALL ORDER BY ALL"
        ).fetchall()
        return cls([Held(Path(path), *rest) for path, *rest in found])

    def parts(self, row: SourceRow) -> Sequence[Part]:
        """A source's lines in parts of about the same number, 16 MB on average; the same ones each time."""
        held = [one for one in self.held if one.source == row.source]
        if not held:
            return []
        first, last = min(one.first for one in held), max(one.last for one in held)
        lines, pieces = last - first + 1, sum(one.bytes for one in held) // BYTES_A_PART + 1
        size = -(-lines // pieces)
        return [
            Part(
                row.source, number, "", 0, start, min(size, last - start + 1), any(one.quotes for one in held)
            )
            for number, start in enumerate(range(first, last + 1, size))
        ]

    @contextmanager
    def rows(self, part: Part) -> Iterator[str]:
        """SQL for a part's lines; those that bronze does not hold were blank, and are null."""
        first, last = part.first_line, part.first_line + part.lines - 1
        paths = [
            one.path
            for one in self.held
            if one.source == part.source and one.first <= last and one.last >= first
        ]
        numbers = f"SELECT unnest(range({first}, {last + 1})) AS line"
        if not paths:
            yield f"SELECT CAST(NULL AS VARCHAR) AS raw, CAST(NULL AS VARCHAR) AS fault FROM ({numbers})"
            return
        wanted = f"source = {part.source} AND line BETWEEN {first} AND {last}"
        held = f"SELECT line, raw, fault FROM read_parquet({parquet(paths)}, hive_partitioning = false) WHERE {wanted}"
        yield f"SELECT raw, fault FROM ({numbers}) LEFT JOIN ({held}) USING (line) ORDER BY line"
