"""Erasing from silver: of one entity, its line among the entities and its events, in every generation that is there.

The last generation but one is kept by ingest for readers that have it open; it is rewritten as well. A file is written
beside and put in the place of the old one: a reader has all of one or all of the other, and none is missing.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import duckdb

from willbuy.events.parquet import write_parquet
from willbuy.warehouse.dialect import Dialect
from willbuy.warehouse.ledger import TableFile

_sql = Dialect()


def keys_of(engine: duckdb.DuckDBPyConnection, home: Path, entity: str) -> list[int]:
    """The keys that an entity has or had, in the generations of silver that are there."""
    files = sorted(home.glob("silver/*/entities/bucket=*.parquet"))
    if not files:
        return []
    sql = f"SELECT DISTINCT entity_key FROM {_parquet(files)} WHERE entity = ? ORDER BY entity_key"
    return [int(key) for (key,) in engine.execute(sql, [entity]).fetchall()]


def erase_from_silver(engine: duckdb.DuckDBPyConnection, home: Path, entity: str) -> int:
    """Erase an entity; return how many events it had, in the generation that has most.

    Its name goes last: a process that died before it finds its key by it again.
    """
    events = [0]
    for names in sorted(home.glob("silver/*/entities/bucket=*.parquet")):
        found = engine.execute(
            f"SELECT entity_key FROM {_parquet([names])} WHERE entity = ?", [entity]
        ).fetchall()
        if not found:
            continue
        facts = names.parent.parent / "events" / names.name
        if facts.exists():
            events.append(without(engine, facts, f"entity_key = {int(found[0][0])}"))
        without(engine, names, f"entity = {_sql.text(entity)}")
    return max(events)


def expire_from_silver(engine: duckdb.DuckDBPyConnection, home: Path, limit: datetime) -> int:
    """Take out events before a moment (naive UTC), and entities that have no other; return how many events of today's log."""
    gone: dict[str, int] = {}
    for facts in sorted(home.glob("silver/*/events/bucket=*.parquet")):
        found = without(engine, facts, f"time < {_sql.timestamp(limit)}")
        names = facts.parent.parent / "entities" / facts.name
        if found and names.exists():
            left = f"SELECT entity_key FROM {_parquet([facts])}"
            without(engine, names, f"entity_key NOT IN ({left})")
        generation = facts.parent.parent.name
        gone[generation] = gone.get(generation, 0) + found
    return gone[max(gone)] if gone else 0  # the one before holds most of the same events


def erase_conflicts(engine: duckdb.DuckDBPyConnection, home: Path, lines: str) -> None:
    """Drop refused repetitions of event ids whose line is among `lines` (SQL: source, line)."""
    for path in sorted(home.glob("silver/*/conflicts-*/bucket=*.parquet")):
        without(engine, path, f"(source, line) IN ({lines})")


def counted(engine: duckdb.DuckDBPyConnection, home: Path, file: TableFile) -> TableFile:
    """What the ledger says of a file, from the file as it is."""
    path = _parquet([home / file.file])
    if file.name != "events":
        return replace(file, rows=engine.execute(f"SELECT count(*) FROM {path}").fetchall()[0][0])
    rows, first, last = engine.execute(f"SELECT count(*), min(time), max(time) FROM {path}").fetchall()[0]
    return replace(file, rows=rows, first=first and first.isoformat(), last=last and last.isoformat())


def without(engine: duckdb.DuckDBPyConnection, path: Path, condition: str) -> int:
    """Write a Parquet file again without the rows of a condition, in their order; return how many those were."""
    rows = _parquet([path])
    [(gone,)] = engine.execute(f"SELECT count(*) FROM {rows} WHERE {condition}").fetchall()
    if gone:
        write_parquet(engine, f"SELECT * FROM {rows} WHERE ({condition}) IS NOT TRUE", path)
    return int(gone)


def _parquet(files: Sequence[Path]) -> str:
    return f"read_parquet([{', '.join(_sql.text(str(file)) for file in files)}], hive_partitioning = false)"
