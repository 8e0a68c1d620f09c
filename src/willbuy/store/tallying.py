"""Which tallies the live store keeps: those that the features of some model in service have read."""

import json
import sqlite3
from collections.abc import Callable, Set
from typing import Any

from willbuy.errors import StoreError
from willbuy.features.feature_set import FeatureSet
from willbuy.features.local_time import LocalTime
from willbuy.store.database import get_meta, set_meta
from willbuy.store.history import History
from willbuy.store.index import TALLY, Index
from willbuy.store.many_rows import insert_rows
from willbuy.store.rows import COLUMNS, countable
from willbuy.store.tail import Tail
from willbuy.store.tallies import TABLES, Table, Tallying, tables_of

_KEY = "tallying"
_ROWS = 20_000


def stored_tallying(db: sqlite3.Connection) -> Tallying:
    """What the file has tallied so far."""
    zone, tables = json.loads(get_meta(db, _KEY, '["UTC", []]'))
    return Tallying(LocalTime(zone), [Table(*table) for table in tables])


def tally_from_now(
    features: FeatureSet,
    tallying: Tallying,
    history: History,
    ask: Callable[[Callable[[], Any]], Any],
    db: sqlite3.Connection,
    index: Index,
    before_commit: Callable[[], None],
) -> None:
    """Tally what the features read. For a table that was not tallied so far, all live events are read again.

    A table that was goes on: it counts events that have expired since as well. `before_commit` is called by the writer's thread.
    """
    zone = history.meta.get("zone", features.clock.zone)
    if zone != features.clock.zone and not all(fact.hourly for fact in features.facts):
        raise StoreError(
            f"the visitors' history was loaded with days of {zone}, and the model counts items by days of "
            f"{features.clock.zone}. Train again, or set [shop] zone = {features.clock.zone!r}."
        )
    wanted = tables_of(features.facts)
    if tallying.local == features.clock and wanted <= set(tallying.tables):
        return
    kept = set(tallying.tables) if tallying.local == features.clock else set()
    ask(lambda: _tally_again(db, index, Tallying(features.clock, wanted | kept), kept, before_commit))


def _tally_again(
    db: sqlite3.Connection,
    index: Index,
    tallying: Tallying,
    kept: Set[Table],
    before_commit: Callable[[], None],
) -> None:
    """Fill what is not kept from all events that are merged, in one transaction; the others are tallied in memory."""
    index.merge_all(db)
    merged = int(get_meta(db, "merged", "0"))
    missing = Tallying(tallying.local, set(tallying.tables) - kept)
    db.execute("BEGIN IMMEDIATE")
    numbers = [TABLES.index(table) for table in kept]
    db.execute(
        'DELETE FROM tallies WHERE "table" NOT IN (SELECT value FROM json_each(?))', [json.dumps(numbers)]
    )
    rows = db.execute(f"SELECT seq, {', '.join(COLUMNS)} FROM events WHERE seq <= ? ORDER BY seq", [merged])
    while some := rows.fetchmany(_ROWS):
        tail = Tail()
        tail.tally(found for row in some for found in missing.slots(countable(row)))
        tail.freeze()
        *_, tallies = tail.entries(0, tail.size)
        insert_rows(db, TALLY[0], tallies, TALLY[1])
    set_meta(db, _KEY, json.dumps([tallying.local.zone, tallying.tables]))
    before_commit()
    db.execute("COMMIT")
    index.tallying = tallying
    index.read(db)
