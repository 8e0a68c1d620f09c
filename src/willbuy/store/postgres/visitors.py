"""What the server holds of visitors, read by one question where what was read before still holds, else by two.

A timeline is kept in memory with what it was made of: the version of the state, how many live events, the sum of their numbers.
These are asked each time, so no process answers from what another has changed.
"""

import json
from collections.abc import Callable
from typing import Any, NamedTuple

import psycopg

from willbuy.errors import StoreBusy
from willbuy.features.live.timeline import Timeline
from willbuy.store.arrival import StoredEvent
from willbuy.store.history import event_of
from willbuy.store.kept import Kept
from willbuy.store.postgres.knowledge import Knowledge
from willbuy.store.postgres.rows import EVENT, to_event
from willbuy.store.together import together

KEPT_EVENTS = 200_000
"""Events that the timelines in memory may hold together; some 100 MB."""

MOST_TRIES = 10

_MARK = "SELECT (SELECT version FROM live_state), count(*), coalesce(sum(seq)::bigint, 0) FROM live_events WHERE entity = %s"
_HISTORY = "SELECT version, (SELECT body FROM live_history WHERE entity = %s) FROM live_state"
_LIVE = f"SELECT {EVENT}, seq FROM live_events WHERE entity = %s ORDER BY seq"

Mark = tuple[int, int, int]
Known = Callable[["psycopg.Connection[Any] | None"], Knowledge]


class Marked(NamedTuple):
    """A timeline with what it was made of."""

    mark: Mark
    timeline: Timeline


class Visitors:
    """Reads visitors. `known` gives what the process knows of the state, or reads it anew with a connection."""

    def __init__(self, known: Known) -> None:
        self._known = known
        self._kept: Kept[Marked] = Kept(KEPT_EVENTS, lambda marked: 1 + len(marked.timeline))

    def timeline(self, connection: "psycopg.Connection[Any]", entity: str) -> Timeline:
        """All that is known of an entity, as it stands on the server now."""
        if "\0" in entity:
            return Timeline()
        mark: Mark = connection.execute(_MARK, [entity]).fetchone() or (0, 0, 0)
        found = self._kept.get(entity)
        if found is not None and found.mark == mark:
            return found.timeline
        turn = self._kept.turn
        mark, events = self._read(connection, entity)
        timeline = Timeline(stored.event for stored in events)
        self._kept.put(entity, Marked(mark, timeline), turn)
        return timeline

    def events(self, connection: "psycopg.Connection[Any]", entity: str) -> list[StoredEvent]:
        """All stored events of an entity: its history, then its live events in the order of their arrival."""
        return [] if "\0" in entity else self._read(connection, entity)[1]

    def forget_all(self) -> None:
        """Keep nothing of what was read."""
        self._kept.forget_all()

    def _read(self, connection: "psycopg.Connection[Any]", entity: str) -> tuple[Mark, list[StoredEvent]]:
        known = self._known(None)
        for _ in range(MOST_TRIES):
            with connection.pipeline():
                history = connection.execute(_HISTORY, [entity])
                live = connection.execute(_LIVE, [entity], binary=True)
            version, body = history.fetchone() or (0, None)
            if version == known.version:
                break
            known = self._known(connection)
        else:
            raise StoreBusy("the database's state changes again and again. Try again in a moment")
        rows = live.fetchall()
        mark = (version, len(rows), sum(row[-1] for row in rows))
        if known.holds(entity):
            return mark, []
        values = json.loads(body) if body else []
        before = [event_of(one, known.fields, known.names) for one in values]
        both = together(before, [to_event(row[:-1]) for row in rows], known.fields)
        return mark, [StoredEvent(*event) for event in both]
