"""What is tallied of items, on the server: of the history and of live events, added up; and tallying anew for a model that asks for more."""

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

import psycopg

from willbuy.errors import StoreBusy, StoreError
from willbuy.features.feature_set import FeatureSet
from willbuy.features.local_time import LocalTime
from willbuy.hashed_ids import Suppression
from willbuy.store.history import slots_of
from willbuy.store.postgres.knowledge import Knowledge, read_knowledge
from willbuy.store.postgres.rows import EVENT, countable, numbers, texts, to_event
from willbuy.store.tallies import TABLES, Key, Slot, Table, Tallying, add_up, tables_of

_ROWS = 20_000
_ASKED = 'unnest(%s::smallint[], %s::text[]) AS a ("table", "key")'
_LIVE = (
    f'SELECT "table", "key", kind, happened, known, n FROM live_tallies JOIN {_ASKED} USING ("table", "key")'
)
_HISTORY = f'SELECT "table", "key", body FROM live_history_tallies JOIN {_ASKED} USING ("table", "key")'
_ADD = """
INSERT INTO live_tallies AS t ("table", "key", kind, happened, known, n)
SELECT * FROM unnest(%s::smallint[], %s::text[], %s::smallint[], %s::integer[], %s::integer[], %s::bigint[])
ON CONFLICT ("table", "key", kind, happened, known) DO UPDATE SET n = t.n + excluded.n"""

Slots = list[tuple[Slot, int]]


def read_tallies(
    connection: "psycopg.Connection[Any]", keys: Sequence[Key], clock: LocalTime
) -> Mapping[Key, Slots]:
    """The slots of items and categories with their numbers of events; what is not there was never tallied.

    Raises StoreBusy where they are counted by the days of another clock by now: a model of another zone has come into service,
    here or in another process, and this question was still the older one's.
    """
    keys = [key for key in keys if "\0" not in key[1]]
    asked = [numbers(table for table, _ in keys), texts(about for _, about in keys)]
    with connection.pipeline():
        live = connection.execute(_LIVE, asked, binary=True)
        history = connection.execute(_HISTORY, asked)
        counted = connection.execute(
            "SELECT tallying FROM live_state"
        )  # last: what changes after it is not read above
    [tallying] = counted.fetchone() or ('["UTC", []]',)
    zone, tables = json.loads(tallying)
    if tables and zone != clock.zone:
        raise StoreBusy(f"items are counted by days of {zone} since a moment ago. Try again")
    found: dict[Key, dict[Slot, int]] = {}
    for table, about, kind, happened, known, n in live.fetchall():
        add_up(found.setdefault((table, about), {}), [((kind, happened, known), n)])
    for table, about, body in history.fetchall():
        add_up(found.setdefault((table, about), {}), slots_of(body))
    return {key: list(slots.items()) for key, slots in found.items()}


def wants_more(features: FeatureSet, known: Knowledge) -> bool:
    """Whether features read tallies that are not kept. Raises StoreError where the history counts by other days."""
    zone = known.history.get("zone", features.clock.zone)
    if zone != features.clock.zone and not all(fact.hourly for fact in features.facts):
        raise StoreError(
            f"the visitors' history was loaded with days of {zone}, and the model counts items by days of "
            f"{features.clock.zone}. Train again, or set [shop] zone = {features.clock.zone!r}."
        )
    wanted = tables_of(features.facts)
    return not (known.tallying.local == features.clock and wanted <= set(known.tallying.tables))


def tally_more(
    connection: "psycopg.Connection[Any]", lock: int, features: FeatureSet, suppression: Suppression
) -> None:
    """Tally what features read too, from all live events, in one transaction; no process stores events meanwhile."""
    with connection.transaction():
        connection.execute("SELECT pg_advisory_xact_lock(%s)", [lock])
        known = read_knowledge(connection, suppression)
        if not wants_more(features, known):  # another process was first
            return
        goes_on = known.tallying.local == features.clock
        kept = set(known.tallying.tables) if goes_on else set[Table]()
        wanted = Tallying(features.clock, tables_of(features.facts) | kept)
        missing = Tallying(features.clock, set(wanted.tables) - kept)
        connection.execute(
            'DELETE FROM live_tallies WHERE NOT "table" = ANY(%s::smallint[])',
            [numbers(TABLES.index(table) for table in kept)],
        )
        with connection.cursor("willbuy_tally", binary=True) as cursor:
            cursor.execute(f"SELECT {EVENT} FROM live_events")
            while rows := cursor.fetchmany(_ROWS):
                count: Counter[tuple[Any, ...]] = Counter()
                for row in rows:
                    count.update((*key, *slot) for key, slot in missing.slots(countable(to_event(row))))
                add_tallies(connection, count)
        said = json.dumps([wanted.local.zone, wanted.tables])
        connection.execute("UPDATE live_state SET tallying = %s, version = version + 1", [said])


def add_tallies(connection: "psycopg.Connection[Any]", count: Mapping[tuple[Any, ...], int]) -> None:
    """Add to the numbers of slots, (table, key, kind, happened, known) each."""
    if count:
        rows = sorted(count)
        columns = list(zip(*rows, strict=True))
        values = [texts(column) if at == 1 else numbers(column) for at, column in enumerate(columns)]
        connection.execute(_ADD, [*values, numbers(count[row] for row in rows)])
