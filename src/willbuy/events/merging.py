"""Merging: the staged rows of some buckets and what silver holds of them become the buckets' new files.

Keys: an entity's key is `bucket + 16 x its number in the bucket`, an item's its number in the shop; new ones are
numbered in byte order of their ids, so the same files give the same keys whatever the order of their rows.
"""

from dataclasses import replace
from pathlib import Path

import duckdb

from willbuy.events.canonical import EVENTS_TYPES
from willbuy.events.duplicates import find_duplicates
from willbuy.events.live_wins import find_said_twice
from willbuy.events.merge import Merge, Outcome
from willbuy.events.merge_rows import known_rows, parquet, run, staged_rows, widened
from willbuy.warehouse.dialect import Dialect
from willbuy.warehouse.layout import BUCKETS

_sql = Dialect()


def merge_items(merge: Merge, engine: duckdb.DuckDBPyConnection) -> Outcome:
    """Write this generation's items: the known ones with their keys, then the new ones in byte order."""
    if "item" not in merge.fields:
        return Outcome(merge.existing("items", 0))
    found = f"SELECT DISTINCT item FROM {staged_rows(merge)} WHERE rule = 0 AND item IS NOT NULL"
    numbered = _numbered("item", merge.path("items", 0), found, "", 1)
    return Outcome([merge.write(engine, f"{numbered} ORDER BY item_key", "items", 0)])


def merge_bucket(merge: Merge, engine: duckdb.DuckDBPyConnection, bucket: int) -> Outcome:
    """Write a bucket's entities and events, and count what became of each source's rows."""
    rows = f"SELECT * EXCLUDE (bucket, rule) FROM {staged_rows(merge)} WHERE bucket = {bucket}"
    run(
        engine, f"CREATE OR REPLACE TEMP VIEW staged AS {rows}"
    )  # read twice: a table would double the memory
    if not run(engine, "SELECT 1 FROM staged LIMIT 1"):
        return Outcome([*widened(merge, engine, bucket), *merge.existing("entities", bucket)])
    found = "SELECT entity, count(*) AS events FROM staged GROUP BY entity"
    numbered = _numbered("entity", merge.path("entities", bucket), found, f"{bucket} + ", BUCKETS)
    run(engine, f"CREATE OR REPLACE TEMP TABLE numbered AS {numbered}")
    named = "SELECT entity_key, entity FROM numbered ORDER BY entity_key"
    entities = merge.write(engine, named, "entities", bucket)
    run(engine, f"CREATE OR REPLACE TEMP TABLE arrived AS {_keyed(merge)}")
    known = merge.path("events", bucket)
    silver = known_rows(merge, engine, known) if known else ""
    dropped = Outcome([])
    doubtful = bool(silver) or len(merge.sources) > 1 or "event_id" in merge.fields
    if doubtful:  # else no row can be a duplicate
        dropped = _drop_duplicates(merge, engine, bucket, silver)
        if merge.live and silver:
            silver = _left(silver)
    events = merge.write(engine, _sorted(merge, silver, doubtful), "events", bucket)
    written = parquet([merge.layout.home / events.file])
    spans = run(
        engine,
        f"SELECT source, count(*), min(time), max(time) FROM {written} GROUP BY source ORDER BY source",
    )
    if spans:
        first, last = min(span[2] for span in spans), max(span[3] for span in spans)
        events = replace(events, first=first.isoformat(), last=last.isoformat())
    kept = {source: count for source, count, *_ in spans if source in merge.sources}
    return replace(dropped, files=[*dropped.files, entities, events], kept=kept)


def _drop_duplicates(merge: Merge, engine: duckdb.DuckDBPyConnection, bucket: int, silver: str) -> Outcome:
    """Take the rows that are no new events out of `arrived`, and count them; keep the conflicts in a file."""
    arrived = f"SELECT {_wide(merge)} FROM arrived"
    if merge.live:
        find_said_twice(engine, silver, arrived, merge.columns, _told(merge), merge.ends, merge.live)
    else:
        find_duplicates(engine, silver, arrived, merge.columns)
    by_fate = {
        (new, conflict): _counts(
            engine, f"SELECT source FROM dropped WHERE new = {new} AND conflict = {conflict}"
        )
        for new in (True, False)
        for conflict in (True, False)
    }
    files = []
    if by_fate[True, True] or by_fate[False, True]:
        ids = " UNION ALL ".join(
            f"SELECT source, line, event_id FROM ({rows})" for rows in (arrived, silver) if rows
        )
        rows = f"SELECT source, line, event_id AS value FROM ({ids}) JOIN dropped USING (source, line) WHERE conflict"
        table = f"conflicts-{merge.generation:05d}"
        files.append(merge.write(engine, f"{rows} ORDER BY source, line", table, bucket))
    run(
        engine,
        "DELETE FROM arrived USING dropped AS d WHERE arrived.source = d.source AND arrived.line = d.line",
    )
    if merge.live:
        run(
            engine,
            "UPDATE arrived SET received = h.received FROM heard AS h WHERE arrived.source = h.source AND arrived.line = h.line",
        )
    return Outcome(
        files,
        duplicates=by_fate[True, False],
        conflicts=by_fate[True, True],
        replaced=by_fate[False, False],
        overruled=by_fate[False, True],
    )


def _left(silver: str) -> str:
    """SQL: what live events leave of silver, with live ones that a file knew of before."""
    left = f"SELECT * FROM ({silver}) ANTI JOIN dropped USING (source, line)"
    known = "CASE WHEN h.line IS NULL THEN s.received ELSE h.received END AS received"
    return f"SELECT s.* REPLACE ({known}) FROM ({left}) AS s LEFT JOIN heard AS h ON s.source = h.source AND s.line = h.line"


def _told(merge: Merge) -> frozenset[str]:
    return merge.mapped | {"kind"} | ({"item_key"} if "item" in merge.mapped else set())


def _sorted(merge: Merge, silver: str, doubtful: bool) -> str:
    """The bucket's events in order. Rows are widened after they are sorted: that halves the cost.

    What arrived says how many rows of an entity were staged: where they are `doubtful`, its events are counted anew.
    """
    rows, columns = "arrived", _wide(merge, coded=merge.coded)
    if silver:
        rows, columns = f"({silver} UNION ALL SELECT {columns} FROM arrived)", "*"
    if doubtful:
        alone = f"SELECT entity_key FROM {rows} GROUP BY entity_key HAVING count(*) = 1"
        rows = f"(SELECT * REPLACE (entity_key IN ({alone}) AS alone) FROM {rows})"
    return f"SELECT {columns} FROM (FROM {rows} ORDER BY {merge.order})"


def _numbered(name: str, known: Path | None, found: str, offset: str, step: int) -> str:
    """The known ids with their keys, and the new ones among those found, numbered on from them in byte order.

    What else stands beside those found is kept; it is null for the known ones.
    """
    if known is None:
        key = f"CAST({offset}{step} * (row_number() OVER (ORDER BY {name}) - 1) AS BIGINT)"
        return f"SELECT {key} AS {name}_key, * FROM ({found})"
    old = f"SELECT * FROM {parquet([known])}"
    after = f"SELECT coalesce(max({name}_key) // {step} + 1, 0) FROM ({old})"  # an erased one leaves a gap
    number = f"({after}) + row_number() OVER (ORDER BY {name}) - 1"
    key = f"CAST({offset}{step} * ({number}) AS BIGINT) AS {name}_key"
    return f"{old} UNION ALL BY NAME SELECT {key}, * FROM ({found}) ANTI JOIN ({old}) USING ({name})"


def _keyed(merge: Merge) -> str:
    """The staged rows with keys in place of ids, as narrow as they can be until they are sorted."""
    kept = [f"s.{name}" for name in EVENTS_TYPES if name in merge.fields and name not in ("item", "kind")]
    kept += ["s.kind", "s.kind_name"] if merge.live else []
    items = item = ""
    if "item" in merge.fields:
        items, item = f"LEFT JOIN {parquet([merge.items])} AS i USING (item)", ", i.item_key"
    chosen = f"n.entity_key, n.events = 1 AS alone, s.kind_code, s.source, s.line{item}, {', '.join(kept)}"
    return f"SELECT {chosen} FROM staged AS s JOIN numbered AS n USING (entity) {items}"


def _wide(merge: Merge, *, coded: bool = False) -> str:
    """SQL: the columns of `arrived` as those of the event files."""
    given = {"kind": _kind_case(merge, 1), "kind_name": _kind_case(merge, 0)}
    chosen = [
        f"{given[name]} AS {name}" if name in given else f"CAST({name} AS {EVENTS_TYPES[name]}) AS {name}"
        for name in merge.columns
        if not (coded and name in given)
    ]
    return ", ".join([*chosen, "kind_code"] if coded else chosen)


def _kind_case(merge: Merge, which: int) -> str:
    """The kind or its name by its code. As an enumeration: a file of it is the same, and written thrice as fast."""
    names = [pair[which] for pair in merge.kind_names]
    values = ", ".join(_sql.text(name) for name in dict.fromkeys(names))
    whens = " ".join(
        f"WHEN {code} THEN CAST({_sql.text(name)} AS ENUM({values}))" for code, name in enumerate(names)
    )
    coded = f"CASE kind_code {whens} END"
    return f"coalesce(CAST({coded} AS VARCHAR), {('kind_name', 'kind')[which]})" if merge.live else coded


def _counts(engine: duckdb.DuckDBPyConnection, rows: str) -> dict[int, int]:
    found = run(engine, f"SELECT source, count(*) FROM ({rows}) GROUP BY source ORDER BY source")
    return {int(source): int(count) for source, count in found}
