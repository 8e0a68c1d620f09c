"""The file `live/history.sqlite`: what the warehouse held of every visitor when it was loaded. It is never changed, only
put in place of an older one, so that whoever reads it needs no lock and sees all of one or all of the other."""

import json
import sqlite3
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from willbuy.events.canonical import KINDS
from willbuy.features.live.event import Event
from willbuy.store.moments import to_moment
from willbuy.store.tallies import Key, Slot

FORMAT = "1"
FIELDS = (
    "time", "kind", "item", "category", "price", "quantity", "session", "event_id", "received", "kind_name",
)  # fmt: skip
"""The order of an event's fields in a visitor's JSON; those that the log does not have are left out."""

TIMES = ("time", "received")
NAMES = ("kind_name",)

SCHEMA = """
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE visitors (entity TEXT PRIMARY KEY, body TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE tallies (
    "table" INTEGER NOT NULL, "key" TEXT NOT NULL, body TEXT NOT NULL, PRIMARY KEY ("table", "key")) WITHOUT ROWID;
"""


def history_file(folder: Path) -> Path:
    """Where the history lies, in the folder of the store."""
    return folder / "history.sqlite"


def state_of(folder: Path) -> tuple[int, int] | None:
    """Tells one history from another; None where there is none."""
    try:
        found = history_file(folder).stat()
    except FileNotFoundError:
        return None
    return found.st_ino, found.st_mtime_ns


class History:
    """A history, open to be read by one thread. Without a file it knows nobody."""

    def __init__(self, folder: Path) -> None:
        self._db: sqlite3.Connection | None = None
        self.meta: Mapping[str, str] = {}
        if history_file(folder).exists():
            where = f"{history_file(folder).absolute().as_uri()}?mode=ro&immutable=1"
            self._db = sqlite3.connect(where, uri=True, isolation_level=None, check_same_thread=False)
            found = dict(self._db.execute("SELECT key, value FROM meta"))
            self.meta = found if found.get("format") == FORMAT else {}
        self.fields: tuple[str, ...] = tuple(json.loads(self.meta.get("fields", "[]")))
        self._names: list[str] = json.loads(self.meta.get("names", "[]"))

    @property
    def fitted(self) -> dict[str, Any] | None:
        """The parameters of what was fitted as of the log's end; None where nothing was."""
        found: dict[str, Any] | None = json.loads(self.meta.get("fitted", "null"))
        return found

    def events(self, entity: str) -> list[Event]:
        """What it holds of an entity, in no order."""
        body = self._body("SELECT body FROM visitors WHERE entity = ?", entity)
        return [event_of(values, self.fields, self._names) for values in json.loads(body)] if body else []

    def holds(self, entity: str) -> bool:
        """Whether it knows an entity."""
        return self._body("SELECT entity FROM visitors WHERE entity = ?", entity) is not None

    def tallies(self, key: Key) -> list[tuple[Slot, int]]:
        """The slots of an item, or category, with their numbers of events."""
        body = self._body('SELECT body FROM tallies WHERE "table" = ? AND "key" = ?', *key)
        return slots_of(body) if body else []

    def close(self) -> None:
        """Close the file."""
        if self._db is not None:
            self._db.close()

    def _body(self, sql: str, *parameters: Any) -> str | None:
        if self._db is None or not self.meta:
            return None
        found = self._db.execute(sql, parameters).fetchone()
        return found[0] if found else None


def event_of(values: Sequence[Any], fields: Sequence[str], names: Sequence[str]) -> Event:
    """An event from its values in the order of `fields`; `names` are what the shop calls its kinds.

    >>> event_of([86400000000, 1, 0], ("time", "kind", "kind_name"), ["addtocart"]).kind_name
    'addtocart'
    """
    found = dict(zip(fields, values, strict=True))
    for name in TIMES:
        if found.get(name) is not None:
            found[name] = to_moment(found[name])
    found["kind"] = KINDS[found["kind"]]
    if found.get("kind_name") is not None:
        found["kind_name"] = names[found["kind_name"]]
    return Event(**found)


def slots_of(body: str) -> list[tuple[Slot, int]]:
    """The slots of a packed tally, with their numbers of events.

    >>> slots_of("[0,10,11,2]")
    [((0, 10, 11), 2)]
    """
    return [((k, h, c), n) for k, h, c, n in zip(*(iter(json.loads(body)),) * 4, strict=True)]
