"""Rebuilding on Spark: all tables made anew from bronze, typed by the workers, merged by its SQL, one commit."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import duckdb

from willbuy.errors import WillbuyError
from willbuy.events.account import FileAccount
from willbuy.events.lost import LostPart, told
from willbuy.events.spark.bench import SparkBench
from willbuy.events.spark.publishing import publish
from willbuy.events.spark.retyping import forget_retyped, regather
from willbuy.warehouse.ledger import SourceRow
from willbuy.warehouse.spark.tables import date_of


def rebuild_by_spark(
    bench: SparkBench, sources: Sequence[SourceRow], lost: list[LostPart], without_lost: bool
) -> list[FileAccount]:
    """Make silver, ids and refused rows anew from bronze; `lost` takes what of bronze is not there any more.

    Raises WillbuyError where anything is lost, but for `without_lost`; then a source that came short loses its hash, so
    that it may be ingested again.
    """
    lost += _lost(bench)
    if lost and not without_lost:
        raise WillbuyError(told(lost))
    gone = {part.file for part in lost}
    older = regather(bench, sources, gone)
    for found in older:
        if found.read < found.row.read:
            bench.ledger.forget_hash(found.row.source)
    accounts = publish(bench, [], older, gone)
    forget_retyped(bench)
    return accounts


def _lost(bench: SparkBench) -> Iterator[LostPart]:
    """Files of bronze that are gone, are no Parquet any more, or hold other rows than they held."""
    for file in bench.ledger.files("events_raw"):
        if reason := _reason(bench.connection, bench.layout.home / file.file, file.rows):
            yield LostPart(date_of(file) or "no date", None, file.rows, file.file, reason)


def _reason(engine: duckdb.DuckDBPyConnection, path: Path, rows: int) -> str:
    if not path.exists():
        return "the file is gone"
    try:
        [(found,)] = engine.execute("SELECT num_rows FROM parquet_file_metadata(?)", [str(path)]).fetchall()
    except duckdb.Error as error:
        return f"no sound Parquet file ({str(error).splitlines()[0][:100]})"
    return "" if found == rows else f"it holds {found:,} lines of {rows:,}"
