"""Erasing an entity from the live store by a process that may not be the one that serves."""

import sqlite3
import time
from contextlib import closing
from pathlib import Path

from willbuy.errors import StoreError, StoreHeld
from willbuy.hashed_ids import Suppression
from willbuy.store.database import events_file, get_meta
from willbuy.store.erasing import note_erasure, noted
from willbuy.store.history import history_file
from willbuy.store.store import Store

_PAUSE_SECONDS = 0.1


def erase_stored(home: Path, entity: str, patience: float = 60.0) -> None:
    """Erase an entity from `<home>/live`, to the byte; return when it is done.

    Where a service has the store open, it is asked to by a note in its file, and does it within a second. Raises
    StoreError where it has not after `patience` seconds; the note stays, and the next start goes on from it.
    """
    Suppression(home).add(entity)
    folder = home / "live"
    if not (events_file(folder).exists() or history_file(folder).exists()):
        return
    try:
        with Store(home) as store:
            store.erase(entity)
    except StoreHeld:
        _ask_the_service(folder, entity, patience)


def _ask_the_service(folder: Path, entity: str, patience: float) -> None:
    with closing(sqlite3.connect(events_file(folder), isolation_level=None, timeout=patience)) as db:
        db.execute("PRAGMA synchronous = FULL")
        db.execute("PRAGMA secure_delete = ON")
        note_erasure(db, entity)
        until = time.monotonic() + patience
        while entity in noted(db) or get_meta(db, "rewrite", "0") == "1":
            if time.monotonic() > until:
                raise StoreError(
                    f"the service that has {folder} open has not erased the entity within {patience:.0f} s. It goes on; "
                    "run the same command again to see whether it is done."
                )
            time.sleep(_PAUSE_SECONDS)
