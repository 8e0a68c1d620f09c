"""The account after an erasure: the ledger's counts and the tables of refused rows, made anew from what is there.

A line that was taken out counts as read and refused, by the rule `erased` or `expired`; so read = accepted + rejected + duplicates goes on to
hold, and a later re-reading of bronze gives the same counts.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import duckdb

from willbuy.events.parquet import TEXT, write_parquet
from willbuy.privacy.silver import counted, erase_conflicts
from willbuy.warehouse.dialect import Dialect
from willbuy.warehouse.layout import Layout
from willbuy.warehouse.ledger import Ledger, Part, SourceRow, TableFile

_sql = Dialect()
GONE = ("erased", "expired")
"""The rules of lines that were sound once."""


def settle(engine: duckdb.DuckDBPyConnection, layout: Layout, ledger: Ledger) -> None:
    """Make refused rows and counts agree with bronze and silver, and commit them in one transaction."""
    sources = ledger.sources("done")
    parts = [part for row in sources for part in ledger.parts(row.source)]
    settled = [_settled(engine, layout, part) for part in parts]
    for part in (new for old, new in zip(parts, settled, strict=True) if old is not new):
        lines = f"SELECT source, line FROM ({_gone(layout.home, part)})"
        erase_conflicts(engine, layout.home, lines)
    files = [counted(engine, layout.home, file) for file in ledger.files()]
    accepted = _by_source(engine, layout.home, [file for file in files if file.name == "events"])
    conflicts = _by_source(engine, layout.home, [file for file in files if file.name.startswith("conflicts")])
    rejections = {row.source: _rules(settled, row.source, conflicts) for row in sources}
    rows = [_counted(row, accepted, rejections[row.source]) for row in sources]
    ledger.publish(ledger.generation, files, rows, settled, rejections)


def _settled(engine: duckdb.DuckDBPyConnection, layout: Layout, part: Part) -> Part:
    """A part with its refused rows as they are now: those that were taken out since bear that rule."""
    lines = _gone(layout.home, part)
    found = engine.execute(f"SELECT rule, count(*) FROM ({lines}) GROUP BY rule").fetchall()
    if dict(found) == {rule: rows for rule, rows in part.rejected.items() if rule in GONE}:
        return part
    sql = f"SELECT source, line, rule, 'row' AS field, raw AS value, raw FROM ({lines})"
    path = layout.rejected(part.source) / f"part-{part.part:05d}-gone.parquet"
    if part.rejects:
        path = layout.home / part.rejects
        old = f"read_parquet({_sql.text(str(path))})"
        sql = f"{sql} UNION ALL SELECT * FROM {old} WHERE line NOT IN (SELECT line FROM ({lines}))"
    write_parquet(engine, f"FROM ({sql}) ORDER BY line", path, TEXT)
    counted = f"SELECT rule, count(*) FROM read_parquet({_sql.text(str(path))}) GROUP BY rule ORDER BY rule"
    rules = {str(rule): int(count) for rule, count in engine.execute(counted).fetchall()}
    return replace(part, rejects=path.relative_to(layout.home).as_posix(), rejected=rules)


def _gone(home: Path, part: Part) -> str:
    """SQL: the source, the line, the rule and what is left of the text of the lines that were taken out of a part."""
    rows = f"read_parquet({_sql.text(str(home / part.bronze))}, file_row_number = true)"
    line = f"file_row_number + {part.first_line} AS line, fault AS rule"
    gone = ", ".join(_sql.text(rule) for rule in GONE)
    return f"SELECT CAST({part.source} AS INTEGER) AS source, {line}, raw FROM {rows} WHERE fault IN ({gone})"


def _by_source(
    engine: duckdb.DuckDBPyConnection, home: Path, files: Sequence[TableFile]
) -> Mapping[int, int]:
    if not files:
        return {}
    paths = ", ".join(_sql.text(str(home / file.file)) for file in files)
    sql = f"SELECT source, count(*) FROM read_parquet([{paths}], hive_partitioning = false) GROUP BY source"
    return {int(source): int(count) for source, count in engine.execute(sql).fetchall()}


def _rules(parts: Sequence[Part], source: int, conflicts: Mapping[int, int]) -> dict[str, int]:
    rules: dict[str, int] = {}
    for part in (part for part in parts if part.source == source):
        for rule, rows in part.rejected.items():
            rules[rule] = rules.get(rule, 0) + rows
    if conflicts.get(source):
        rules["event_id_conflict"] = conflicts[source]
    return rules


def _counted(row: SourceRow, accepted: Mapping[int, int], rules: Mapping[str, int]) -> SourceRow:
    kept, rejected = accepted.get(row.source, 0), sum(rules.values())
    return replace(row, accepted=kept, rejected=rejected, duplicates=row.read - kept - rejected)
