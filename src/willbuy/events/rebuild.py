"""Rebuilding: silver, entities, items and refused rows made anew from bronze alone; no source file is needed.

    bronze parts -> checked -> typed and staged again -> 16 merges -> one commit

Readers see the old tables until the commit. Erased rows stay erased, for bronze holds no more of them; what came live keeps the
moment at which it was received, which stands in bronze.
"""

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from functools import partial
from typing import Any, cast

import duckdb

from willbuy.errors import WillbuyError
from willbuy.events.account import IngestResult
from willbuy.events.gathering import refuse_other_reading, staged_again
from willbuy.events.ingest import at_work
from willbuy.events.keeping import ToMerge
from willbuy.events.lost import LostPart, told
from willbuy.events.spark.bench import SparkBench
from willbuy.events.spark.rebuilding import rebuild_by_spark
from willbuy.events.workbench import Progress, Workbench
from willbuy.shop import Shop
from willbuy.warehouse import open_warehouse
from willbuy.warehouse.fingerprint import fingerprint
from willbuy.warehouse.layout import Layout
from willbuy.warehouse.ledger import Ledger, Part, SourceRow
from willbuy.warehouse.spark.tables import layout_of


@dataclass(frozen=True)
class Rebuilt:
    """What a rebuilding read and made. `before` is the log's fingerprint as it was; None where silver could not be read."""

    result: IngestResult
    lost: Sequence[LostPart]
    before: dict[str, Any] | None
    after: dict[str, Any]

    @property
    def same(self) -> bool | None:
        """Whether the log is the one it was; None where nobody can tell."""
        return None if self.before is None else self.before == self.after

    def to_json(self) -> dict[str, Any]:
        """The object that `willbuy rebuild --json` prints."""
        told = self.result.to_json()
        names = ("read", "accepted", "rejected", "duplicates", "entities", "first", "last", "seconds")
        return {
            **{name: told[name] for name in (*names, "rejected_by_rule")},
            "lost": [asdict(part) for part in self.lost],
            "before": self.before,
            "after": self.after,
            "same": self.same,
        }

    def sentence(self) -> str:
        """What was made, in words."""
        held = self.result
        told = {
            None: "What it was before could not be read.",
            True: "It is the log that it was: counts and checksum are the same.",
            False: f"It is not the log that it was: {_difference(self.before or {}, self.after)}.",
        }[self.same]
        lost = sum(part.lines for part in self.lost)
        gone = f" {lost:,} lines were lost." if lost else ""
        return (
            f"Rebuilt from bronze: {held.read:,} rows read, {held.accepted:,} accepted, {held.rejected:,} rejected, "
            f"{held.duplicates:,} duplicates; {held.entities:,} entities. {held.seconds:.1f} s.{gone} {told}"
        )


def rebuild(shop: Shop, progress: Progress | None = None, *, without_lost: bool = False) -> Rebuilt:
    """Make all tables anew from bronze, and say whether the log is the one that it was.

    Raises WillbuyError where bronze has lost rows, with what is lost, and changes nothing; with `without_lost` it goes on
    without them: such a source may be ingested again, and only what was lost of it is new.
    """
    layout = layout_of(shop.home) if shop.storage.engine == "spark" else Layout(shop.home)
    if shop.storage.engine != "postgres" and not layout.ledger.exists():
        raise WillbuyError(
            f"there is no ledger in {layout.home}: it says what the files of bronze are, and nothing can be rebuilt without "
            "it. Ingest the log anew: willbuy ingest"
        )
    before, lost = _fingerprint(shop), list[LostPart]()

    def work(bench: Workbench) -> Any:
        return _rebuild(bench, lost, without_lost)

    result = at_work(shop, progress, work)
    with open_warehouse(shop) as warehouse:
        return Rebuilt(result, lost, before, fingerprint(warehouse))


def _rebuild(bench: Workbench, lost: list[LostPart], without_lost: bool) -> Any:
    sources = bench.ledger.sources("done")
    if not sources:
        raise WillbuyError(
            f"no ingest into {bench.layout.home} was finished: there is nothing to rebuild. Run: willbuy ingest"
        )
    refuse_other_reading(bench)
    if isinstance(bench, SparkBench):
        return rebuild_by_spark(bench, sources, lost, without_lost)
    bench.bytes_in_all = sum(len(bench.ledger.parts(row.source)) for row in sources)
    parts: list[Part] = []
    for row in sources:
        for part, found in _typed_again(bench, row):
            if isinstance(found, Part):
                parts.append(found)
            else:
                lost.append(LostPart(row.path, part.first_line, part.lines, part.bronze, found))
    if lost and not without_lost:
        raise WillbuyError(told(lost))
    if isinstance(bench.ledger, Ledger):
        for gone in lost:
            bench.ledger.forget_part(gone.file)
    return bench.keeping.publish(bench, ToMerge(sources, parts, anew=True))


def _typed_again(bench: Workbench, row: SourceRow) -> Iterator[tuple[Part, Part | str]]:
    """Each part of a source as it is staged again, or the reason why its rows are lost."""
    parts = {part.part: part for part in bench.ledger.parts(row.source)}
    bench.file_begins(len(parts))
    again = staged_again(bench, row)
    jobs = ((part.part, partial(_attempt, bench, part, again)) for part in parts.values())
    for done, (number, found) in enumerate(bench.in_parallel(jobs), 1):
        bench.rows_read(found.read if isinstance(found, Part) else 0, done / len(parts))
        yield parts[number], found


def _attempt(bench: Workbench, part: Part, again: Any) -> Part | str:
    path = bench.layout.home / part.bronze
    try:
        if not part.bronze:  # it lies on a server, which answers for it
            return cast("Part", again(part))
        [(rows,)] = bench.connection.execute("SELECT count(*) FROM read_parquet(?)", [str(path)]).fetchall()
        if rows != part.lines:
            return f"it holds {rows:,} lines of {part.lines:,}"
        return cast("Part", again(part))
    except duckdb.OutOfMemoryException:
        raise
    except duckdb.Error as error:
        return (
            "the file is gone"
            if not path.exists()
            else f"no sound Parquet file ({str(error).splitlines()[0][:100]})"
        )


def _difference(before: dict[str, Any], after: dict[str, Any]) -> str:
    return ", ".join(
        f"{name} {before[name]} before and {after[name]} now" for name in after if before[name] != after[name]
    )


def _fingerprint(shop: Shop) -> dict[str, Any] | None:
    """The log's fingerprint, where it can be read."""
    try:
        with open_warehouse(shop) as warehouse:
            return fingerprint(warehouse)
    except (duckdb.Error, WillbuyError, OSError):
        return None
