"""Erasing an entity from the log so that no byte of its id remains in the log's files.

SQLite overwrites what it deletes, but rows that it moved between pages may leave a copy. So the file is searched for the
id afterwards, and rewritten whole where a copy is found: rare, since the id stands in no index.
"""

import sqlite3
import time
from contextlib import closing
from pathlib import Path

from willbuy.errors import WillbuyError
from willbuy.store.left_bytes import holds
from willbuy.store.predictions.file import hash_of, log_file, open_to_write

STEP = 1_000
PATIENCE_SECONDS = 30.0
_DELETE = "DELETE FROM answers WHERE number IN (SELECT number FROM answers WHERE entity_hash = ? AND entity = ? LIMIT ?)"


def erase_answers(home: Path, entity: str) -> int:
    """Delete every logged answer about an entity; the daily counts stay. Returns how many there were.

    May run beside the service, in any process. Raises WillbuyError where the file cannot be written now, or a reader held
    it for too long: the same call again finishes the work.
    """
    path = log_file(home)
    if not path.is_file():
        return 0
    try:
        with closing(open_to_write(path)) as db:
            return _erase(db, path, entity)
    except sqlite3.Error as error:
        raise WillbuyError(
            f"{path} cannot be written now ({error}): nothing is erased from it until the same is tried again"
        ) from error


def _erase(db: sqlite3.Connection, path: Path, entity: str) -> int:
    deleted = _delete(db, entity)
    _empty_wal(db, path)
    if holds(path, [entity.encode()]):
        db.execute("VACUUM")
        _empty_wal(db, path)
    return deleted


def _delete(db: sqlite3.Connection, entity: str) -> int:
    deleted = 0
    while found := db.execute(_DELETE, [hash_of(entity), entity, STEP]).rowcount:
        deleted += found
    return deleted


def _empty_wal(db: sqlite3.Connection, path: Path) -> None:
    """Copy the write-ahead log back and cut it to nothing, as soon as no reader needs it."""
    end = time.monotonic() + PATIENCE_SECONDS
    while db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]:
        if time.monotonic() > end:
            raise WillbuyError(
                f"{path} is being read for more than {PATIENCE_SECONDS:.0f} s: the answers are deleted, but their bytes "
                "may still stand in the file. End the reader and erase again."
            )
        time.sleep(0.05)
