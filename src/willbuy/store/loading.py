"""Loading the visitors' history from the warehouse, so that a service knows them from its first answer on.

A batch command, or a child process of the service: `python -m willbuy.store.loading shop.toml`. The new history is
written beside the one in use and put in its place when it is complete, so a load that is killed leaves the old one, and
the next begins anew.
"""

import json
import os
import sqlite3
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from willbuy.errors import NotEnoughData
from willbuy.features.local_time import LocalTime
from willbuy.fitted import INPUTS, add_bgnbd, horizon_in_days, wants_bgnbd
from willbuy.hashed_ids import Suppression
from willbuy.progress import BarCallback
from willbuy.shop import Shop
from willbuy.store.files import put_in_place, remove_partials
from willbuy.store.history import FORMAT, SCHEMA, History, history_file
from willbuy.store.locking import switching
from willbuy.store.opening import loaded_history, on_server, put_history
from willbuy.store.packing import fields_of, names_of, pack, plain, slots, tally
from willbuy.store.tallies import TABLES, Table
from willbuy.warehouse.layout import BUCKETS

if TYPE_CHECKING:
    from willbuy.warehouse.duckdb import DuckDBWarehouse
    from willbuy.warehouse.engine import Warehouse

_ROWS = 20_000
_EVENTS_AT_ONCE = 2_000_000  # of visitors that are packed together


@dataclass(frozen=True)
class Loaded:
    """What a load did. `skipped` where the history was that of the log already."""

    visitors: int
    events: int
    items: int
    skipped: bool = False


def load_history(shop: Shop, progress: BarCallback = lambda done, total, stage: None) -> Loaded:
    """Put the log, as it is now, into the store as history; events that came through the service are there already.

    Nothing is done where the history in use is of this very log. Raises WillbuyError where nothing was ingested yet.
    """
    from willbuy.warehouse import open_warehouse

    folder = shop.home / "live"
    folder.mkdir(parents=True, exist_ok=True)
    with open_warehouse(shop) as warehouse:
        state = _state(shop, warehouse)
        there = _there(shop)
        if there.get("state") == state:
            return replace(Loaded(*there["loaded"]), skipped=True)
        partial = folder / f"history.{os.getpid()}.partial"
        remove_partials(folder)
        try:
            loaded = _Load(shop, warehouse, partial, progress).run(state)
            if on_server(shop):
                put_history(shop, partial)
            else:
                _put_in_place(shop, partial, folder)
        finally:
            partial.unlink(missing_ok=True)
    return loaded


@dataclass(frozen=True)
class _Load:
    shop: Shop
    warehouse: "Warehouse"
    path: Path
    progress: BarCallback

    def run(self, state: str) -> Loaded:
        fields, names = fields_of(self.warehouse), names_of(self.warehouse)
        db = sqlite3.connect(self.path, isolation_level=None)
        try:
            for setting in (
                "journal_mode = OFF",
                "synchronous = OFF",
                "locking_mode = EXCLUSIVE",
                "cache_size = -65536",
            ):
                db.execute(f"PRAGMA {setting}")
            db.executescript(SCHEMA)
            db.execute("BEGIN")
            events = self._visitors(db, fields, names)
            for table in self._tables(fields):
                self._tallies(db, table)
            [counts] = db.execute(
                "SELECT (SELECT count(*) FROM visitors), (SELECT count(DISTINCT key) FROM tallies)"
            )
            loaded = Loaded(counts[0], events, counts[1])
            self.progress(0, None, "fitted columns")
            meta = {
                "format": FORMAT,
                "state": state,
                "zone": self.shop.shop.zone,
                "fields": json.dumps(fields),
                "names": json.dumps(names),
                "fitted": json.dumps(self._fitted()),
                "loaded": json.dumps([loaded.visitors, loaded.events, loaded.items]),
            }
            db.executemany("INSERT INTO meta VALUES (?, ?)", list(meta.items()))
            db.execute("COMMIT")
        finally:
            db.close()
        return loaded

    def _visitors(self, db: sqlite3.Connection, fields: Sequence[str], names: Sequence[str]) -> int:
        """Pack some buckets at a time, which takes the memory of these, then write them in the order of their ids."""
        self.desk.execute("CREATE OR REPLACE TEMP TABLE packed (entity VARCHAR, body VARCHAR)")
        size = self._buckets_at_once()
        for first in range(0, BUCKETS, size):
            buckets = range(first, min(first + size, BUCKETS))
            events = plain(self.warehouse.dialect, self.warehouse.events_of(buckets), fields, names)
            with self._at_desk(events) as source:
                self.desk.execute(f"INSERT INTO packed {pack(source, fields)}")
            self.progress(buckets[-1] + 1, BUCKETS, "visitors packed")
        known = Suppression(self.shop.home)
        sql = "SELECT entity, body, json_array_length(body) FROM packed ORDER BY entity"
        written = done = 0
        for rows in self._chunks(sql):
            kept = [row for row in rows if not known.holds(row[0])] if known.digests else rows
            db.executemany("INSERT INTO visitors VALUES (?, ?)", [row[:2] for row in kept])
            written += sum(row[2] for row in kept)
            done += len(rows)
            self.progress(done, None, "visitors written")
        self.desk.execute("DROP TABLE packed")
        return written

    def _buckets_at_once(self) -> int:
        """One; of an engine whose every query passes over all events, as many as hold two million of them."""
        if not self.warehouse.parts_itself:
            return 1
        [(events,)] = self.warehouse.rows('SELECT COUNT(*) FROM "events"')
        return max(1, min(BUCKETS, BUCKETS * _EVENTS_AT_ONCE // max(int(events), 1)))

    def _tables(self, fields: Sequence[str]) -> list[Table]:
        return [table for table in TABLES if table.of in fields]

    def _tallies(self, db: sqlite3.Connection, table: Table) -> None:
        self.progress(0, None, f"{table.of} by {'hour' if table.hourly else 'day'}")
        [span] = self.warehouse.rows(
            'SELECT MIN("time"), GREATEST(MAX("time"), MAX(COALESCE("received", "time"))) FROM "events"'
        )
        if span[0] is None:
            return
        number = TABLES.index(table)
        counted = slots(self.warehouse.dialect, table, LocalTime(self.shop.shop.zone), span)
        with self._at_desk(counted) as source:
            for rows in self._chunks(tally(source)):
                db.executemany("INSERT INTO tallies VALUES (?, ?, ?)", [(number, *row) for row in rows])

    @property
    def desk(self) -> "DuckDBWarehouse":
        """Where rows are packed."""
        return self.warehouse.desk

    @contextmanager
    def _at_desk(self, sql: str) -> Iterator[str]:
        """A FROM item of the desk with the rows of a query of the warehouse: in a file for a while, where that is elsewhere."""
        if self.warehouse is self.desk:
            yield f"({sql})"
            return
        file = self.path.with_name(f"{self.path.name}-rows")
        try:
            self.warehouse.to_parquet(sql, file, soon=True)
            yield self.desk.parquet([file])
        finally:
            file.unlink(missing_ok=True)

    def _chunks(self, sql: str) -> Iterator[list[tuple[Any, ...]]]:
        return self.desk.chunks(sql, _ROWS)

    def _fitted(self) -> Any:
        """BG/NBD as of the end of the log, where the shop's features have what it needs: its parameters, or why there are none."""
        from willbuy.features.catalogue import features_of
        from willbuy.features.log import summarise
        from willbuy.snapshots import score_frame

        try:
            log = summarise(self.warehouse)
            features = features_of(self.shop, log.kinds, log.fields)
            inputs = tuple(feature for feature in features if feature.name in INPUTS)
            if not wants_bgnbd(self.shop, features.names) or len(inputs) < len(INPUTS):
                return None
            frame = score_frame(self.warehouse, self.shop, replace(features, features=inputs), log.end)
            _, parameters = add_bgnbd(frame, horizon_in_days(self.shop))
        except NotEnoughData as error:
            return str(error)
        return list(parameters.values())[-1]


def _state(shop: Shop, warehouse: "Warehouse") -> str:
    """Tells one log from another, and one way to load it from another."""
    [live] = warehouse.rows("""SELECT COUNT(*) FROM sources WHERE "format" = 'live'""")
    return json.dumps([FORMAT, warehouse.state, shop.shop.zone, live[0]])


def _there(shop: Shop) -> Mapping[str, Any]:
    """What is known of the history that is in place."""
    if on_server(shop):
        return loaded_history(shop)
    found = History(shop.home / "live")
    found.close()
    return {**found.meta, "loaded": json.loads(found.meta.get("loaded", "null"))}


def _put_in_place(shop: Shop, partial: Path, folder: Path) -> None:
    """Put the new history in place of the old one; whoever was erased meanwhile is taken out before."""
    with switching(folder):
        erased = Suppression(shop.home)
        if erased.digests:
            db = sqlite3.connect(partial, isolation_level=None)
            gone = [
                (entity,) for (entity,) in db.execute("SELECT entity FROM visitors") if erased.holds(entity)
            ]
            db.executemany("DELETE FROM visitors WHERE entity = ?", gone)
            if gone:
                db.execute("VACUUM")
            db.close()
        put_in_place(partial, history_file(folder))


def main() -> None:
    """`python -m willbuy.store.loading shop.toml`: load, and print what was done as JSON."""
    from willbuy.progress import progress_bar
    from willbuy.shop import load_shop

    shop = load_shop(Path(sys.argv[1]))
    with progress_bar("history", "steps") as progress:
        loaded = load_history(shop, progress)
    sys.stdout.write(json.dumps(asdict(loaded)) + "\n")


if __name__ == "__main__":
    main()
