"""A history as `load_history` writes it, without a warehouse."""

import json
import sqlite3
from collections.abc import Mapping, Sequence
from contextlib import closing
from pathlib import Path

from willbuy.events.canonical import KINDS
from willbuy.features.live.event import Event
from willbuy.store.history import FIELDS, FORMAT, SCHEMA, history_file
from willbuy.store.moments import to_microseconds

NAMES = ["seen"]


def write_history(
    folder: Path, visitors: Mapping[str, Sequence[Event]], fields: Sequence[str] = FIELDS
) -> None:
    """Put a history of these visitors into a store's folder."""
    folder.mkdir(parents=True, exist_ok=True)
    partial = folder / "made"
    with closing(sqlite3.connect(partial, isolation_level=None)) as db:
        db.executescript(SCHEMA)
        meta = {"format": FORMAT, "fields": json.dumps(fields), "names": json.dumps(NAMES), "zone": "UTC"}
        db.executemany("INSERT INTO meta VALUES (?, ?)", list(meta.items()))
        for entity, events in sorted(visitors.items()):
            body = json.dumps([[_value(event, name) for name in fields] for event in events])
            db.execute("INSERT INTO visitors VALUES (?, ?)", [entity, body])
    partial.replace(history_file(folder))


def _value(event: Event, name: str) -> object:
    found = getattr(event, name)
    if name == "kind":
        return KINDS.index(found)
    if name == "kind_name":
        return None if found is None else NAMES.index(found)
    return to_microseconds(found) if name in ("time", "received") and found is not None else found
