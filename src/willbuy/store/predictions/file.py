"""The log's SQLite file: its tables, and how it is opened.

The text of an entity stands in one place only, its rows; what finds them again is an index over 63 bits of its hash.
An index over the text itself would leave copies behind whenever SQLite splits one of its pages.
"""

import hashlib
import sqlite3
from pathlib import Path

from willbuy.errors import WillbuyError

FORMAT = 1
BUSY_SECONDS = 5.0
PAGES_OF_WAL = 4_000  # 16 MB: a checkpoint syncs the disk, which the events' store needs for itself
CACHE_KB = 16_000  # the index over entities is written at random places
_SCHEMA = """
CREATE TABLE IF NOT EXISTS versions (
    version_key INTEGER PRIMARY KEY, version TEXT NOT NULL UNIQUE, features TEXT);
CREATE TABLE IF NOT EXISTS answers (
    number INTEGER PRIMARY KEY, id TEXT NOT NULL, entity TEXT, entity_hash INTEGER, route TEXT NOT NULL,
    version_key INTEGER NOT NULL, moment INTEGER NOT NULL, features BLOB NOT NULL, log_odds REAL, probability REAL,
    shadow_key INTEGER, shadow_probability REAL, as_of INTEGER);
CREATE INDEX IF NOT EXISTS answers_by_moment ON answers (moment);
CREATE INDEX IF NOT EXISTS answers_by_entity ON answers (entity_hash) WHERE entity_hash IS NOT NULL;
CREATE TABLE IF NOT EXISTS days (
    day INTEGER NOT NULL, version_key INTEGER NOT NULL, shadow INTEGER NOT NULL, bin INTEGER NOT NULL,
    answers INTEGER NOT NULL, total REAL NOT NULL, PRIMARY KEY (day, version_key, shadow, bin)) WITHOUT ROWID;
"""


def log_file(home: Path) -> Path:
    """Where the log of a shop lies."""
    return home / "live" / "predictions.sqlite"


def open_to_write(path: Path) -> sqlite3.Connection:
    """Open the log, made where it is not there. Raises sqlite3.Error or OSError where that cannot be done, WillbuyError
    where the file is of another format.

    A commit is written to the operating system at once and synced when the write-ahead log is copied back: it outlives
    the process, and a power cut takes at most the last of it. What is deleted is overwritten with zeros.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    db = sqlite3.connect(path, isolation_level=None, timeout=BUSY_SECONDS, check_same_thread=False)
    try:
        db.execute("PRAGMA journal_mode = WAL")
        db.execute("PRAGMA synchronous = NORMAL")
        db.execute("PRAGMA secure_delete = ON")
        db.execute(f"PRAGMA wal_autocheckpoint = {PAGES_OF_WAL}")
        db.execute(f"PRAGMA cache_size = -{CACHE_KB}")
        if _format(db, path) == 0:
            db.executescript(f"BEGIN IMMEDIATE; {_SCHEMA} PRAGMA user_version = {FORMAT}; COMMIT")
    except BaseException:
        db.close()
        raise
    return db


def open_to_read(path: Path) -> sqlite3.Connection:
    """Open a log that is there, for reading beside the service. Raises WillbuyError where there is none."""
    if not path.is_file():
        raise WillbuyError(f"nothing has been logged yet: there is no {path}. Run: willbuy serve")
    db = sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True, timeout=BUSY_SECONDS)
    try:
        if _format(db, path) == 0:
            raise WillbuyError(f"nothing has been logged yet: {path} is empty. Run: willbuy serve")
    except sqlite3.DatabaseError as error:
        db.close()
        raise WillbuyError(f"{path} cannot be read as a prediction log: {error}") from error
    except BaseException:
        db.close()
        raise
    return db


def _format(db: sqlite3.Connection, path: Path) -> int:
    found = int(db.execute("PRAGMA user_version").fetchone()[0])
    if found not in (0, FORMAT):
        raise WillbuyError(
            f"{path} is of format {found}, this willbuy reads {FORMAT}. Use the willbuy that wrote it, or move it away."
        )
    return found


def hash_of(entity: str) -> int:
    """63 bits of an entity's hash, by which its rows are found; two entities may share them."""
    return int.from_bytes(hashlib.blake2b(entity.encode(), digest_size=8).digest()) >> 1
