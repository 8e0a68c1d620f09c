"""Adding events: one statement that numbers, inserts and tallies those that are new, in the order of their arrival.

Ids are told apart by the unique index, so by whatever any process has stored, ever. The rows go in in the order of their
ids, and tallies in that of their keys, so that two processes never wait for each other in a circle.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import psycopg

from willbuy.store.arrival import Arrival, Outcome
from willbuy.store.postgres.rows import COLUMNS, TYPES, columns_of, countable, numbers, storable, texts
from willbuy.store.tallies import Tallying

_NAMES = ", ".join(f'"{name}"' for name in COLUMNS)
_ROWS = ", ".join(f"%s::{kind}[]" for kind in TYPES)
_CASTS = ", ".join(f'r."{name}"' for name in COLUMNS)

_INSERT = f"""
WITH known AS MATERIALIZED (SELECT version FROM live_state),
numbered AS MATERIALIZED (SELECT nextval('live_numbers') AS seq, place FROM generate_series(1, %s) AS place),
new AS (
    INSERT INTO live_events (seq, {_NAMES})
    SELECT n.seq, {_CASTS} FROM unnest({_ROWS}) WITH ORDINALITY AS r ({_NAMES}, place) JOIN numbered AS n USING (place)
    WHERE (SELECT version FROM known) = %s
    ORDER BY r.event_id, place
    ON CONFLICT (event_id) WHERE event_id IS NOT NULL DO NOTHING
    RETURNING seq)"""
_TALLY = """,
tallied AS (
    INSERT INTO live_tallies AS t ("table", "key", kind, happened, known, n)
    SELECT s."table", s."key", s.kind, s.happened, s.known, count(*)
    FROM unnest(%s::bigint[], %s::smallint[], %s::text[], %s::smallint[], %s::integer[], %s::integer[])
        AS s (place, "table", "key", kind, happened, known) JOIN numbered USING (place) JOIN new USING (seq)
    GROUP BY 1, 2, 3, 4, 5 ORDER BY 1, 2, 3, 4, 5
    ON CONFLICT ("table", "key", kind, happened, known) DO UPDATE SET n = t.n + excluded.n)"""
_FOUND = """
SELECT (SELECT version FROM known), ARRAY(SELECT place FROM numbered JOIN new USING (seq))"""

_PLAIN, _WITH_TALLIES = _INSERT + _FOUND, _INSERT + _TALLY + _FOUND
_BODIES = "SELECT event_id, body FROM live_events WHERE event_id = ANY(%s::text[])"


class Outdated(Exception):
    """What this process knows of erasures, tallies and history is not what stands on the server: read that, and add again."""


def add(
    connection: "psycopg.Connection[Any]",
    arrivals: Sequence[Arrival],
    erased: Mapping[str, bool],
    version: int,
    tallying: Tallying,
) -> list[Outcome]:
    """Add arrivals within the caller's transaction, which holds the lock of the tables; return what became of each.

    `erased` says of each entity whether it was erased, as of `version`. Raises Outdated where the server is at another, and
    what psycopg raises.
    """
    outcomes = [_fate(arrival, erased) for arrival in arrivals]
    kept = [arrival for arrival, fate in zip(arrivals, outcomes, strict=True) if fate is Outcome.STORED]
    if not kept:
        return outcomes
    new = _inserted(connection, kept, version, tallying)
    old = {a.event_id for place, a in enumerate(kept, 1) if place not in new and a.event_id is not None}
    bodies = dict(connection.execute(_BODIES, [texts(old)]).fetchall()) if old else {}
    place = 0
    for at, arrival in enumerate(arrivals):
        if outcomes[at] is not Outcome.STORED:
            continue
        place += 1
        if place not in new:
            same = bodies.get(arrival.event_id, arrival.body_hash) == arrival.body_hash
            outcomes[at] = Outcome.DUPLICATE if same else Outcome.CONFLICT
    return outcomes


def _fate(arrival: Arrival, erased: Mapping[str, bool]) -> Outcome:
    if erased and erased.get(arrival.entity):
        return Outcome.SUPPRESSED
    return Outcome.STORED if storable(arrival) else Outcome.REFUSED


def _inserted(
    connection: "psycopg.Connection[Any]", kept: Sequence[Arrival], version: int, tallying: Tallying
) -> set[int]:
    """The places (from 1) of the arrivals that were inserted."""
    parameters: list[Any] = [len(kept), *columns_of(kept), version]
    statement = _PLAIN
    if tallying.tables:
        statement = _WITH_TALLIES
        parameters += _slots(kept, tallying)
    found = connection.execute(statement, parameters).fetchone()
    if found is None or found[0] != version:
        raise Outdated
    return set(found[1])


def _slots(kept: Sequence[Arrival], tallying: Tallying) -> list[str]:
    slots = [
        (place, *key, *slot)
        for place, arrival in enumerate(kept, 1)
        for key, slot in tallying.slots(countable(arrival.event))
    ]
    columns = list(zip(*slots, strict=True)) or [()] * 6
    return [texts(column) if at == 2 else numbers(column) for at, column in enumerate(columns)]
