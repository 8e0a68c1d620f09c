"""What is handed to the store, and what became of it."""

from enum import Enum
from typing import NamedTuple

from willbuy.features.live.event import Event


class Arrival(NamedTuple):
    """One event as it came through the door: checked, its `received` set, its entity a hash already where ids are hashed.

    `event_id` names the event in the whole shop, for ever. `body_hash` tells two events of one id apart. An arrival
    without an id is always a new event.
    """

    entity: str
    event: Event
    event_id: str | None
    body_hash: bytes


class Outcome(Enum):
    """What became of an arrival.

    STORED: it is kept, and synced to disk. DUPLICATE: it was kept before, with the same body. CONFLICT: its id belongs
    to an event with another body; nothing changed. SUPPRESSED: its entity was erased; it is dropped. REFUSED: it cannot
    be stored at all, such as a text that is no Unicode or a number of more than 64 bits.
    """

    STORED = "stored"
    DUPLICATE = "duplicate"
    CONFLICT = "conflict"
    SUPPRESSED = "suppressed"
    REFUSED = "refused"


class StoredEvent(NamedTuple):
    """An event of an entity as the store holds it. `live` says whether it came through the service."""

    event: Event
    live: bool
