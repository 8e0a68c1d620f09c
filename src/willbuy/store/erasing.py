"""Erasing an entity: its live events, its history, and every byte of both.

First it is written down, so that a process that dies goes on at the next start; then the history is written anew
without it and the rows are deleted. SQLite overwrites what it deletes (`secure_delete`), but a page that was split earlier
may hold a copy that no row points to: so the file of the live events is searched for the ids that stood in the rows, and
written anew only where one is left. (An id that is a part of others' is always found, and costs that for nothing.)
"""

import os
import sqlite3
import time
from collections.abc import Callable, Collection, Sequence
from contextlib import closing
from pathlib import Path

from willbuy.errors import StoreRead
from willbuy.store.database import BUSY_MS, events_file, get_meta, set_meta
from willbuy.store.files import put_in_place
from willbuy.store.hashes import id_hashes, owner_hash
from willbuy.store.history import SCHEMA, History, history_file
from willbuy.store.index import Index
from willbuy.store.left_bytes import holds
from willbuy.store.locking import switching
from willbuy.store.rows import COLUMNS, Row, countable

PATIENCE_SECONDS = 5.0
"""How long an erasure waits for whoever reads the file, with pauses in which events are stored."""

MOST_SOUGHT = 100
"""Ids that a file is searched for: of more, writing it anew takes no longer."""

_PAUSE_SECONDS = 0.1
_PATIENCE_MS = 100


def note_erasure(db: sqlite3.Connection, entity: str) -> None:
    """Write down that an entity is to be erased. Synced."""
    db.execute("INSERT OR IGNORE INTO erasing VALUES (?)", [entity])


def noted(db: sqlite3.Connection) -> list[str]:
    """The entities that are to be erased."""
    return [entity for (entity,) in db.execute("SELECT entity FROM erasing")]


def erase_noted(db: sqlite3.Connection, index: Index, folder: Path) -> None:
    """Erase the entities that are written down, all at once. May be called again after any death.

    Raises StoreRead where all is done but to write the file anew, for somebody reads it.
    """
    entities, ids = noted(db), None
    if entities:
        erase_from_history(folder, entities)
        index.merge_all(db)
        rows = [row for entity in entities for row in rows_of(db, index, entity)]
        db.execute("BEGIN IMMEDIATE")
        delete_rows(db, index, rows)
        db.executemany("DELETE FROM erasing WHERE entity = ?", [(entity,) for entity in entities])
        set_meta(db, "rewrite", "1")
        db.execute("COMMIT")
        index.read(db)
        ids = {*entities, *(text for row in rows for text in (row[2], row[12]) if text is not None)}
    if get_meta(db, "rewrite", "0") == "1":
        _rewrite(db, events_file(folder), ids)


def once_nobody_reads(work: Callable[[], object]) -> None:
    """Do what StoreRead stops, again and again for a while; the last one is raised."""
    until = time.monotonic() + PATIENCE_SECONDS
    while True:
        try:
            work()
            return
        except StoreRead:
            if time.monotonic() > until:
                raise
        time.sleep(_PAUSE_SECONDS)


def rows_of(db: sqlite3.Connection, index: Index, entity: str) -> list[Row]:
    """An entity's rows: `seq`, then COLUMNS."""
    sql = f"SELECT seq, {', '.join(COLUMNS)} FROM events WHERE seq = ?"
    found = [db.execute(sql, [seq]).fetchone() for seq in index.find_owned(db, entity)]
    return [row for row in found if row is not None and row[1] == entity]


def delete_rows(db: sqlite3.Connection, index: Index, rows: Sequence[Row], tallies: bool = True) -> None:
    """Delete rows, and what the indexes hold of them, within the caller's transaction. Numbers are not given again."""
    [(last,)] = db.execute("SELECT coalesce(max(seq), 0) FROM events")
    set_meta(db, "last", str(max(last, int(get_meta(db, "last", "0")))))
    merged = int(get_meta(db, "merged", "0"))
    with_id = [row for row in rows if row[2] is not None]
    hashes = id_hashes([row[2] for row in with_id])
    db.executemany(
        "DELETE FROM ids WHERE hash = ? AND seq = ?",
        [(h, row[0]) for h, row in zip(hashes, with_id, strict=True)],
    )
    db.executemany(
        "DELETE FROM owners WHERE hash = ? AND seq = ?", [(owner_hash(row[1]), row[0]) for row in rows]
    )
    if tallies:
        slots = [
            (*key, *slot)
            for row in rows
            if row[0] <= merged
            for key, slot in index.tallying.slots(countable(row))
        ]
        where = '"table" = ? AND "key" = ? AND kind = ? AND happened = ? AND known = ?'
        db.executemany(f"UPDATE tallies SET n = n - 1 WHERE {where}", slots)
        db.executemany(f"DELETE FROM tallies WHERE {where} AND n <= 0", slots)
    db.executemany("DELETE FROM events WHERE seq = ?", [(row[0],) for row in rows])


def erase_from_history(folder: Path, entities: Sequence[str]) -> None:
    """Put a history without the entities in place of one that knows some of them."""
    with switching(folder):
        with closing(History(folder)) as history:
            known = [entity for entity in entities if history.holds(entity)]
        if not known:
            return
        partial = folder / f"history.{os.getpid()}.partial"
        partial.unlink(missing_ok=True)
        with closing(sqlite3.connect(partial, isolation_level=None, uri=True)) as db:
            for setting in ("journal_mode = OFF", "synchronous = OFF", "temp_store = MEMORY"):
                db.execute(f"PRAGMA {setting}")
            db.executescript(SCHEMA)
            db.execute("ATTACH ? AS old", [f"{history_file(folder).absolute().as_uri()}?mode=ro&immutable=1"])
            db.execute("BEGIN")
            db.execute("CREATE TEMP TABLE gone (entity TEXT PRIMARY KEY) WITHOUT ROWID")
            db.executemany("INSERT INTO gone VALUES (?)", [(entity,) for entity in known])
            others = "entity NOT IN (SELECT entity FROM gone)"
            db.execute(f"INSERT INTO visitors SELECT * FROM old.visitors WHERE {others} ORDER BY entity")
            db.execute('INSERT INTO tallies SELECT * FROM old.tallies ORDER BY "table", "key"')
            db.execute("INSERT INTO meta SELECT * FROM old.meta")
            db.execute("COMMIT")
        put_in_place(partial, history_file(folder))


def _rewrite(db: sqlite3.Connection, file: Path, ids: Collection[str] | None) -> None:
    """Empty the log of writes; write the file anew, so that it holds rows and nothing else, where one of the ids is left in it.

    `ids` is None where nobody knows them any more. That it was done is written down last: until then the old bytes may stand
    in the file, and it is done again.
    """
    _empty_log(db)
    if ids is None or len(ids) > MOST_SOUGHT or holds(file, [text.encode() for text in ids]):
        db.execute("VACUUM")
        _empty_log(db)
    set_meta(db, "rewrite", "0")


def _empty_log(db: sqlite3.Connection) -> None:
    """Copy the log of writes back and cut it to nothing. A reader is waited for a moment only: events wait meanwhile."""
    db.execute(f"PRAGMA busy_timeout = {_PATIENCE_MS}")
    try:
        [(busy, *_)] = db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
    finally:
        db.execute(f"PRAGMA busy_timeout = {BUSY_MS}")
    if busy:
        raise StoreRead(
            "the rows are erased, but somebody reads the live store's file, which holds old bytes until it is written anew. "
            "A running service does that once they have finished, else the next start."
        )
