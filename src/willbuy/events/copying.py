"""Copying a shop's log to another engine: bronze and the ledger are carried over, the rest is made from them there.

    sources and parts of the origin -> the same bronze at the target -> typed and staged -> one merge, one commit -> compared

Silver is computed from bronze alone, so a copy is right where both engines give the same prints of all tables. What was
carried over when a process died is used by the next.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from willbuy.errors import ShopError, WillbuyError
from willbuy.events.gathering import refuse_other_reading
from willbuy.events.ingest import at_work
from willbuy.events.keeping import ToMerge
from willbuy.events.live_source import plan_of
from willbuy.events.outgoing import outgoing
from willbuy.events.parquet import write_parquet
from willbuy.events.reading import stage
from willbuy.events.spark.bench import SparkBench
from willbuy.events.spark.incoming import Rows
from willbuy.events.spark.incoming import carry as carry_to_spark
from willbuy.events.spark.publishing import publish as publish_on_spark
from willbuy.events.typed import RowPlan
from willbuy.events.workbench import Progress, Workbench
from willbuy.runs import drop_snapshots
from willbuy.shop import Shop
from willbuy.warehouse import open_warehouse
from willbuy.warehouse.fingerprint import fingerprint
from willbuy.warehouse.ledger import LIVE, Part, SourceRow
from willbuy.warehouse.table_prints import table_prints

COUNTS = ("read", "accepted", "rejected", "duplicates")


@dataclass(frozen=True)
class Copied:
    """A log that stands on two engines: the prints of all its tables, which are the same on both.

    `carried` counts the parts that this run carried over; 0 where the copy was there already.
    """

    origin: str
    target: str
    sources: int
    carried: int
    prints: dict[str, Any]
    seconds: float

    def to_json(self) -> dict[str, Any]:
        """The object that `willbuy copy --json` prints."""
        return {
            "from": self.origin,
            "to": self.target,
            "sources": self.sources,
            "carried": self.carried,
            "same": True,
            "prints": self.prints,
            "seconds": round(self.seconds, 3),
        }

    def sentence(self) -> str:
        """What was copied, in words."""
        log = self.prints["log"]
        raw, rejected = (self.prints[name]["rows"] for name in ("events_raw", "rejected"))
        return (
            f"Copied from {self.origin} to {self.target}: {log['events']:,} events of {log['entities']:,} entities, {raw:,} raw rows, "
            f"{rejected:,} rejected, from {self.sources:,} sources. Counts and checksums of all tables are the same on both "
            f"(events {log['checksum']}). {self.seconds:.1f} s."
        )


def copy_log(shop: Shop, target: Shop, progress: Progress | None = None) -> Copied:
    """Copy the log of a shop to the engine of `target`, the same shop with another `storage`; compare both.

    Raises WillbuyError where the target holds another log, the origin none, or where the two differ in the end.
    """
    _refuse_engines(shop, target)
    counted: list[int] = []

    def work(origin: Workbench) -> list[Any]:
        result = at_work(target, progress, lambda bench: _copy(origin, bench, counted))
        seconds.append(result.seconds)
        return []

    seconds: list[float] = []
    at_work(shop, None, work)
    with open_warehouse(shop) as one, open_warehouse(target) as other:
        prints = _compared(one, other, shop, target)
        sources = one.rows("SELECT COUNT(*) FROM sources")[0][0]
    drop_snapshots(shop.home)  # they know entities by keys, which the target has given anew
    return Copied(
        shop.storage.engine, target.storage.engine, int(sources), sum(counted), prints, sum(seconds)
    )


def _refuse_engines(shop: Shop, target: Shop) -> None:
    engines = (shop.storage.engine, target.storage.engine)
    if engines in (("duckdb", "duckdb"), ("spark", "spark")) and shop.home == target.home:
        raise ShopError(f"the log lies in {shop.home} already: there is nothing to copy.")


def _copy(origin: Workbench, bench: Workbench, counted: list[int]) -> list[Any]:
    sources = origin.ledger.sources("done")
    if not sources:
        raise WillbuyError("no ingest was finished: there is nothing to copy. Run: willbuy ingest")
    if origin.ledger.sources("held"):
        raise WillbuyError("parts of the log are held and not merged. Run willbuy ingest, then copy again.")
    if isinstance(bench, SparkBench) and any(row.format == LIVE for row in sources):
        raise WillbuyError(
            "the log holds events that came live (willbuy ingest --live), and Spark takes none yet: copy the log of a shop that "
            "has none, or ingest its files there."
        )
    refuse_other_reading(origin)
    there = bench.ledger.sources()
    for known, row in zip(there, sources, strict=False):
        if _named(known) != _named(row):
            raise WillbuyError(_other(known))
    if len(there) > len(sources):
        raise WillbuyError(_other(there[len(sources)]))
    if there and all(row.status == "done" for row in there) and len(there) == len(sources):
        counted.append(0)
        return []
    done = next((row for row in there if row.status == "done"), None)
    if done is not None:
        raise WillbuyError(_other(done))
    out = outgoing(origin)
    parts = [out.parts(row) for row in sources]
    bench.bytes_in_all = sum(map(len, parts))
    begun = [_begun(bench, row, there[at : at + 1]) for at, row in enumerate(sources)]
    if isinstance(bench, SparkBench):
        gathered = [
            carry_to_spark(bench, row, own, out.rows, counted) for row, own in zip(begun, parts, strict=True)
        ]
        publish_on_spark(bench, gathered)
        return []
    carried = [_carry(bench, row, own, out.rows, counted) for row, own in zip(begun, parts, strict=True)]
    there_now = [part for row in carried for part in bench.ledger.parts(row.source)]
    bench.keeping.publish(bench, ToMerge(carried, there_now))
    return []


def _begun(bench: Workbench, row: SourceRow, there: Sequence[SourceRow]) -> SourceRow:
    """A source at the target: as an interrupted copy has left it, or new."""
    known = there[0] if there else None
    if known is not None and known.settings != bench.settings:  # the shop file has changed since
        bench.ledger.forget_source(known.source)
        known = None
    if known is None:
        known = bench.ledger.add_source(
            replace(row, settings=bench.settings, read=0, accepted=0, rejected=0, duplicates=0)
        )
    return known


def _carry(
    bench: Workbench, row: SourceRow, parts: Sequence[Part], rows: Rows, counted: list[int]
) -> SourceRow:
    """One source with all its parts; those that were carried over before stay as they are."""
    finished = {part.part for part in bench.ledger.parts(row.source)}
    waiting = [part for part in parts if part.part not in finished]
    bench.file_begins(len(parts))
    plan = plan_of(bench.source, row)
    jobs = ((part.part, partial(_moved, bench, plan, part, row.source, rows)) for part in waiting)
    for number, (_, part) in enumerate(bench.in_parallel(jobs), len(finished) + 1):
        bench.ledger.add_part(part)
        bench.rows_read(part.read, number / len(parts))
    counted.append(len(waiting))
    return bench.ledger.source_staged(row, row.sha256 or "")


def _moved(bench: Workbench, plan: RowPlan, part: Part, source: int, rows: Rows) -> Part:
    """A part at the target: its bronze written there as it was, typed, and kept."""
    file = bench.layout.bronze(source) / f"part-{part.part:05d}.parquet"
    with rows(part) as sql:
        write_parquet(bench.connection, sql, file, bench.raw)
    bronze = file.relative_to(bench.layout.home).as_posix()
    fresh = replace(part, source=source, bronze=bronze, staged=None, rejects=None, read=0, rejected={})
    return bench.keeping.keep(bench, stage(bench, plan, fresh), fresh=True)


def _named(row: SourceRow) -> tuple[object, ...]:
    """What tells that a source at the target is the origin's."""
    return row.path, row.format, row.bytes, row.columns, row.reading


def _other(row: SourceRow) -> str:
    return (
        f"the target holds another log: {row.path} is no source of this shop's, or stands in another order. Nothing was "
        "changed. Copy into an empty place: another storage.schema, or another storage.home."
    )


def _compared(one: Any, other: Any, shop: Shop, target: Shop) -> dict[str, Any]:
    """The prints of both logs. Raises WillbuyError where they differ, with the tables that do."""
    found = [
        {"log": fingerprint(warehouse), **table_prints(warehouse), "sources": _counts(warehouse)}
        for warehouse in (one, other)
    ]
    differing = [name for name in found[0] if found[0][name] != found[1][name]]
    if differing:
        raise WillbuyError(
            f"the copy in {target.storage.engine} is not the log in {shop.storage.engine}: {', '.join(differing)} differ "
            f"({found[0][differing[0]]} and {found[1][differing[0]]}). Where the shop file has changed since the last ingest, "
            "run willbuy ingest first; else this is a fault of willbuy: empty the target, and please report it."
        )
    return found[0]


def _counts(warehouse: Any) -> list[list[Any]]:
    """What became of each source's rows."""
    names = ", ".join(f'"{name}"' for name in COUNTS)
    return [list(row) for row in warehouse.rows(f'SELECT "path", {names} FROM sources ORDER BY "source"')]
