"""The file `live/events.sqlite`: its tables, and how it is opened."""

import sqlite3
from pathlib import Path

from willbuy.errors import StoreError

FORMAT = 1
OLDEST = (3, 37, 0)
"""The first SQLite that has strict tables."""

BUSY_MS = 5_000
"""How long the writer waits where another program has the file locked."""

CACHE_KIB = 65_536
READER_CACHE_KIB = 2_048
"""For each of up to 40 threads; what is read twice lies in the cache of the system."""
CHECKPOINT_PAGES = 4_000

_SCHEMA = """
CREATE TABLE IF NOT EXISTS meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS events (
    seq INTEGER PRIMARY KEY, entity TEXT NOT NULL, event_id TEXT, body BLOB NOT NULL, time INTEGER NOT NULL,
    received INTEGER, kind INTEGER NOT NULL, kind_name TEXT, item TEXT, category TEXT, price INTEGER, quantity INTEGER,
    session TEXT) STRICT;
CREATE TABLE IF NOT EXISTS ids (
    hash INTEGER NOT NULL, seq INTEGER NOT NULL, PRIMARY KEY (hash, seq)) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS owners (
    hash INTEGER NOT NULL, seq INTEGER NOT NULL, PRIMARY KEY (hash, seq)) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS tallies (
    "table" INTEGER NOT NULL, "key" TEXT NOT NULL, kind INTEGER NOT NULL, happened INTEGER NOT NULL, known INTEGER NOT NULL,
    n INTEGER NOT NULL, PRIMARY KEY ("table", "key", kind, happened, known)) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS erasing (entity TEXT PRIMARY KEY) STRICT, WITHOUT ROWID;
"""


def events_file(folder: Path) -> Path:
    """Where the live events lie, in the folder of the store."""
    return folder / "events.sqlite"


def open_to_write(folder: Path) -> sqlite3.Connection:
    """The connection of the one writer; makes the file where there is none. A commit on it is synced to disk.

    Deleted content is overwritten with zeros (`secure_delete`). Raises StoreError where the file is damaged or of another
    format, or where this Python's SQLite is too old.
    """
    if sqlite3.sqlite_version_info < OLDEST:
        oldest = ".".join(map(str, OLDEST))
        raise StoreError(
            f"this Python has SQLite {sqlite3.sqlite_version}; the live store needs {oldest} or newer. Use another Python."
        )
    db = sqlite3.connect(
        events_file(folder), isolation_level=None, timeout=BUSY_MS / 1000, check_same_thread=False
    )
    try:
        _prepare(db, events_file(folder))
    except sqlite3.Error as error:
        db.close()
        raise StoreError(
            f"{events_file(folder)} cannot be opened: {error}. Make room where the disk is full; put a backup in its place "
            "where it is damaged."
        ) from error
    except StoreError:
        db.close()
        raise
    return db


def _prepare(db: sqlite3.Connection, path: Path) -> None:
    [(found,)] = db.execute("PRAGMA user_version")
    if found not in (0, FORMAT):
        raise StoreError(
            f"{path} is of format {found}, this willbuy reads {FORMAT}. Use the willbuy that wrote it."
        )
    db.execute("PRAGMA journal_mode = WAL")
    db.execute("PRAGMA synchronous = FULL")
    db.execute("PRAGMA secure_delete = ON")
    db.execute(f"PRAGMA cache_size = -{CACHE_KIB}")
    db.execute(f"PRAGMA wal_autocheckpoint = {CHECKPOINT_PAGES}")
    if not found:
        db.executescript(f"BEGIN IMMEDIATE; {_SCHEMA} PRAGMA user_version = {FORMAT}; COMMIT")


def open_to_read(folder: Path) -> sqlite3.Connection:
    """A connection that only reads, and waits for nobody. Raises StoreError where there is no store."""
    path = events_file(folder)
    if not path.exists():
        raise StoreError(f"no live events in {folder}: nothing was served here yet. Start: willbuy serve")
    where = f"{path.absolute().as_uri()}?mode=ro"
    db = sqlite3.connect(where, uri=True, isolation_level=None, timeout=30, check_same_thread=False)
    db.execute(f"PRAGMA cache_size = -{READER_CACHE_KIB}")
    return db


def get_meta(db: sqlite3.Connection, key: str, default: str) -> str:
    """A single value that the store keeps beside its events."""
    found = db.execute("SELECT value FROM meta WHERE key = ?", [key]).fetchone()
    return str(found[0]) if found else default


def set_meta(db: sqlite3.Connection, key: str, value: str) -> None:
    """Keep a single value."""
    db.execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", [key, value])
