"""The store of the service on a PostgreSQL server: many processes may have it open."""

import threading
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import psycopg

from willbuy.errors import StoreError
from willbuy.features.feature_set import FeatureSet
from willbuy.features.live.timeline import Timeline
from willbuy.features.local_time import LocalTime
from willbuy.hashed_ids import Suppression
from willbuy.store.arrival import Arrival, StoredEvent
from willbuy.store.facts import FactBook, FactsAt
from willbuy.store.handing_over import hand_over
from willbuy.store.interface import LiveStore, Seen
from willbuy.store.pending import Pending
from willbuy.store.postgres.erasing import erase_entity, put_erased
from willbuy.store.postgres.items import read_tallies, tally_more, wants_more
from willbuy.store.postgres.knowledge import Knowledge, read_knowledge
from willbuy.store.postgres.readers import Readers
from willbuy.store.postgres.server import Server
from willbuy.store.postgres.shared_pending import SharedPending
from willbuy.store.postgres.visitors import Visitors
from willbuy.store.postgres.writer import Writer
from willbuy.store.tallies import Key, Slot
from willbuy.store.working import Done

MINUTE = timedelta(minutes=1)
"""No event waits longer to be stored: after the first minute of a day nothing more is added to what was known when it began."""

STEP = 5_000
"""Events that expire in one transaction."""

_EXPIRE = 'DELETE FROM live_events WHERE seq IN (SELECT seq FROM live_events WHERE "time" < %s LIMIT %s)'


class PostgresStore(LiveStore):
    """The live events of a shop and its visitors' histories, in a schema of a server.

    `home` is the shop's folder, which holds the key of the list of erased ones; `shared` is what other workers of this machine
    have waiting, where there are others. Raises ServerError where the server cannot be
    asked, or may not hold the tables.
    """

    def __init__(self, server: Server, home: Path, shared: SharedPending | None = None) -> None:
        server.prepare()
        self._server, self._suppression = server, Suppression(home)
        self._knowledge: Knowledge | None = None
        self._reading = threading.Lock()
        self._visitors = Visitors(self._known)
        self._readers = Readers(server)
        self._pending: Pending | SharedPending = shared or Pending()
        self._book = FactBook((), partial(self._tallies, LocalTime()))
        with server.connect() as connection, server.explained():
            put_erased(connection, server.lock, self._suppression)
            self._known(connection)
        self._writer = Writer(server, self._known, self._committed)

    @property
    def alive(self) -> bool:
        """Whether events will be stored again without a new start of the service."""
        return self._writer.alive

    @property
    def trouble(self) -> str:
        """Why no events can be stored at this moment."""
        if not self.alive:
            return "the writer of events is dead"
        return "the database does not answer" if self._server.away else ""

    @property
    def waiting(self) -> int:
        """How many events wait to be stored by this process."""
        return self._writer.waiting

    def submit(self, arrivals: Sequence[Arrival], done: Done) -> None:
        """Queue arrivals; see LiveStore."""
        hand_over(arrivals, done, self._pending, self._writer)

    def pending(self, entity: str) -> datetime | None:
        """When the first of an entity's events that wait in any worker of this machine was received; None where none waits."""
        return self._pending.since(entity)

    def kept(self, entity: str) -> bool:
        """Never: the server is asked each time."""
        return False

    def timeline(self, entity: str) -> Timeline:
        """All that is known of an entity, as it stands on the server now."""
        return self._readers.ask(lambda connection: self._visitors.timeline(connection, entity))

    def seen(self, entities: Iterable[str], moment: datetime) -> dict[str, Seen]:
        """What is known of entities, and in memory what their items' facts at a moment are."""
        asked = list(entities)
        waiting = {entity: self.pending(entity) for entity in asked}

        def question(connection: "psycopg.Connection[Any]") -> dict[str, Timeline]:
            found = {entity: self._visitors.timeline(connection, entity) for entity in asked}
            self._prepare_facts(connection, found.values(), moment)
            return found

        timelines = self._readers.ask(question)
        return {entity: Seen(timelines[entity], waiting[entity]) for entity in asked}

    def events(self, entity: str) -> list[StoredEvent]:
        """All stored events of an entity; see LiveStore."""
        return self._readers.ask(lambda connection: self._visitors.events(connection, entity))

    def use(self, features: FeatureSet) -> None:
        """Keep what the features of a model read of items; see LiveStore. The first time may take a while."""
        if features.facts and wants_more(features, self._known(None)):
            with self._server.connect() as connection, self._server.explained():
                tally_more(connection, self._server.lock, features, self._suppression)
                self._known(connection)
        self._book = FactBook((*self._book.used, features), partial(self._tallies, features.clock))

    def facts(self, moment: datetime) -> FactsAt:
        """Facts about items as known at the close of the day, or hour, before that of a moment. See `seen`."""
        return self._book.at(moment)

    @property
    def fitted(self) -> dict[str, Any] | str | None:
        """The parameters of what was fitted as of the end of the log, or why there are none; None where nothing is."""
        found: dict[str, Any] | str | None = self._known(None).history.get("fitted")
        return found

    def erase(self, entity: str) -> None:
        """Erase an entity, and drop whatever comes of it later, in every process. Returns when it is done."""
        self._suppression.add(entity)
        with self._server.connect() as connection, self._server.explained():
            erase_entity(connection, self._server.lock, self._suppression, entity)
            self._known(connection)

    def expire(self, before: datetime) -> int:
        """Delete the live events that happened before a moment; return how many. What is tallied of items stays."""
        gone = 0
        with self._server.connect() as connection, self._server.explained():
            while some := connection.execute(_EXPIRE, [before, STEP]).rowcount:
                gone += some
        return gone

    def close(self) -> None:
        """Do what waits, then close. Closing again changes nothing."""
        self._writer.close()
        self._readers.close()

    def _known(self, connection: "psycopg.Connection[Any] | None") -> Knowledge:
        """What this process knows of the state; with a connection it is read anew, and what was kept of before is forgotten."""
        if connection is None and self._knowledge is not None:
            return self._knowledge
        if connection is None:
            raise StoreError("the live store was never read")
        with self._reading:
            before, found = self._knowledge, read_knowledge(connection, self._suppression)
            if before is None or before.version < found.version:
                self._knowledge = found
                self._visitors.forget_all()
                self._book.kept.forget_all()
            return found

    def _committed(self, arrivals: Sequence[Arrival]) -> None:
        """Read anew what is counted of their items, as if their times of receipt could be any."""
        if self._known(None).tallying.tables:
            events = (arrival.event for arrival in arrivals)
            self._book.kept.forget(
                {
                    about
                    for event in events
                    for about in (event.item, event.category)
                    if isinstance(about, str)
                }
            )

    def _prepare_facts(
        self, connection: "psycopg.Connection[Any]", timelines: Iterable[Timeline], moment: datetime
    ) -> None:
        book = self._book
        if not any(features.facts for features in book.used):
            return
        if book.epoch(moment) != book.epoch(moment - MINUTE):
            book.kept.forget_all()
        events = (event for timeline in timelines for event in timeline.events)
        abouts = {about for event in events for about in (event.item, event.category) if about is not None}
        book.prepare(abouts, moment, lambda keys: read_tallies(connection, keys, book.local))

    def _tallies(self, clock: LocalTime, key: Key) -> list[tuple[Slot, int]]:
        """What is tallied of an item, by the days of the clock that its facts were asked by."""
        return self._readers.ask(lambda connection: list(read_tallies(connection, [key], clock).get(key, [])))
