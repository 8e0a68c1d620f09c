"""Erasing from runs: an entity's snapshots and predictions, and its name where a finding gave it as an example.

Bundles hold no ids; a finished report is a page that the user wrote elsewhere. Scorings that were killed left their work
behind, to be taken up again: it is removed whole.
"""

import json
import re
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import duckdb

from willbuy.durable import write_durably
from willbuy.privacy.silver import without
from willbuy.processes import is_alive
from willbuy.runs import PREDICTIONS, RESULT, SNAPSHOTS
from willbuy.scoring.parts import remove_left_work
from willbuy.warehouse.dialect import Dialect

_sql = Dialect()
REJECTED = "rejected.csv"


def erase_snapshots(engine: duckdb.DuckDBPyConnection, home: Path, keys: Sequence[int]) -> int:
    """Erase the rows of an entity, by its keys, from the snapshots of all runs; return how many there were."""
    if not keys:
        return 0
    theirs = f"entity_key IN ({', '.join(str(key) for key in keys)})"
    files = sorted(home.glob(f"runs/*/{SNAPSHOTS}/**/*.parquet"))
    return sum(without(engine, path, theirs) for path in _hit(engine, files, theirs))


def erase_predictions(engine: duckdb.DuckDBPyConnection, home: Path, entity: str) -> int:
    """Erase an entity's rows from the predictions of all runs; return how many there were."""
    theirs = f"CAST(entity AS VARCHAR) = {_sql.text(entity)}"
    files = sorted(home.glob(f"runs/*/{PREDICTIONS}"))
    return sum(without(engine, path, theirs) for path in files)


def erase_examples(home: Path, entity: str) -> None:
    """Take an entity's name out of what runs tell: examples in findings, and refused rows of a table that show it."""
    for path in sorted(home.glob(f"runs/*/{RESULT}")):
        content = json.loads(path.read_text(encoding="utf-8"))
        cleaned = _cleaned(content, entity)
        if cleaned != content:
            text = json.dumps(cleaned, indent=1, allow_nan=False, sort_keys=True) + "\n"
            write_durably(path, text.encode())
    word = re.compile(rf"(?<![\w]){re.escape(entity)}(?![\w])")
    for path in sorted(home.glob(f"runs/*/{REJECTED}")):
        header, *lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
        kept = [line for line in lines if not word.search(line)]
        if len(kept) < len(lines):
            write_durably(path, "".join([header, *kept]).encode())


def erase_left_work(home: Path) -> None:
    """Remove what killed commands left behind: unfinished scorings, what an engine had put on the disk, exports of answers.

    What was on its way from a server counts with the engines'.
    """
    remove_left_work(home / "scoring")
    for left in (path for kind in ("engine", "log", "spool") for path in home.glob(f"tmp/{kind}-*")):
        if is_alive(int(left.name.split("-")[1])):
            continue
        if left.is_dir():
            shutil.rmtree(left, ignore_errors=True)
        else:
            left.unlink(missing_ok=True)


def _hit(engine: duckdb.DuckDBPyConnection, files: Sequence[Path], condition: str) -> list[Path]:
    """Those of many files that hold rows of a condition, by one query."""
    if not files:
        return []
    paths = ", ".join(_sql.text(str(path)) for path in files)
    rows = f"read_parquet([{paths}], filename = true, hive_partitioning = false, union_by_name = true)"
    found = engine.execute(f"SELECT DISTINCT filename FROM {rows} WHERE {condition} ORDER BY filename")
    return [Path(name) for (name,) in found.fetchall()]


def _cleaned(content: Any, entity: str) -> Any:
    """A JSON value without the entity: where a key says so, and in sentences of the form `entity 12 at`."""
    if isinstance(content, dict):
        return {
            key: "erased" if key == "entity" and str(value) == entity else _cleaned(value, entity)
            for key, value in content.items()
        }
    if isinstance(content, list):
        return [_cleaned(value, entity) for value in content]
    return (
        content.replace(f"entity {entity} at ", "entity erased at ") if isinstance(content, str) else content
    )
