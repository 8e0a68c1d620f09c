"""What the service asks of a store, wherever that lies: `Store` in SQLite files, `PostgresStore` on a server."""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, NamedTuple, Self

from willbuy.features.feature_set import FeatureSet
from willbuy.features.live.timeline import Timeline
from willbuy.store.arrival import Arrival, StoredEvent
from willbuy.store.facts import FactsAt
from willbuy.store.working import Done


class Seen(NamedTuple):
    """What a store knew of an entity at one moment: its events, and since when others of it wait to be stored."""

    timeline: Timeline
    waiting: datetime | None


class LiveStore(ABC):
    """The live events of a shop and its visitors' histories. Methods may be called from any thread."""

    @property
    @abstractmethod
    def alive(self) -> bool:
        """Whether events will be stored again without a new start of the service."""

    @property
    @abstractmethod
    def trouble(self) -> str:
        """Why no events can be stored at this moment; "" where they can."""

    @property
    def ready(self) -> bool:
        """Whether events can be stored and questions answered."""
        return not self.trouble

    @property
    @abstractmethod
    def waiting(self) -> int:
        """How many events wait to be stored."""

    @abstractmethod
    def submit(self, arrivals: Sequence[Arrival], done: Done) -> None:
        """Queue arrivals; `done` is called from the writer's thread once they are synced to disk.

        It gets an outcome for each, in order, or a StoreError: then whoever sent them sends them again, with the same ids.
        Raises StoreBusy, StoreAway and StoreDead at once, where they cannot even be queued.
        """

    @abstractmethod
    def pending(self, entity: str) -> datetime | None:
        """When the first of an entity's events that are not yet synced was received; None where none waits."""

    @abstractmethod
    def kept(self, entity: str) -> bool:
        """Whether `seen` answers from memory alone, without waiting for anything."""

    @abstractmethod
    def timeline(self, entity: str) -> Timeline:
        """All that is known of an entity, each event once; empty for one that was never seen."""

    def seen(self, entities: Iterable[str], moment: datetime) -> dict[str, Seen]:
        """What is known of entities, read so that a score at `moment` needs nothing more.

        Whose events wait is asked before the timelines are read, so that what is synced between is in no doubt.
        Raises StoreAway where that cannot be read now.
        """
        found = {}
        for entity in entities:
            waiting = self.pending(entity)
            found[entity] = Seen(self.timeline(entity), waiting)
        return found

    @abstractmethod
    def events(self, entity: str) -> list[StoredEvent]:
        """All stored events of an entity, each once: its history, then its live events in the order of their arrival."""

    @abstractmethod
    def use(self, features: FeatureSet) -> None:
        """Keep what the features of a model read of items, beside what those before it read: they may still answer.

        Raises StoreError where the history was loaded by another clock than theirs.
        """

    @abstractmethod
    def facts(self, moment: datetime) -> FactsAt:
        """Facts about items as known at the close of the day, or hour, before that of a moment. See `use`."""

    @property
    @abstractmethod
    def fitted(self) -> dict[str, Any] | str | None:
        """The parameters of what was fitted as of the end of the log, or why there are none; None where nothing is."""

    @abstractmethod
    def erase(self, entity: str) -> None:
        """Erase an entity, and drop whatever comes of it later. Returns when nothing is answered about it any more."""

    @abstractmethod
    def expire(self, before: datetime) -> int:
        """Delete the live events that happened before a moment; return how many. What is tallied of items stays."""

    @abstractmethod
    def close(self) -> None:
        """Do what waits, then close. Closing again changes nothing."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
