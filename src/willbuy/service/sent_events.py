"""The events of one request: taken apart, read by the shop's rules, each refused by itself."""

import hmac
from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING, Any, NamedTuple

from willbuy.errors import printable
from willbuy.events.live import Accepted, with_id
from willbuy.features.live.event import Event
from willbuy.service.entities import Entities
from willbuy.service.state import State
from willbuy.service.wire.decoding import decode
from willbuy.service.wire.errors import Refusal
from willbuy.service.wire.splitting import split, start_of_list
from willbuy.store import Arrival

if TYPE_CHECKING:
    from willbuy.events.live import EventReader

LIST, MOST_EVENTS = "events", 1_000
LONGEST_EVENT = 1 << 20  # bytes
MOST_KEY = 200  # characters of an Idempotency-Key
NO_ID = 'an event needs an id, so that it counts once however often it is sent: give "event_id", or the header Idempotency-Key'


class Rejected(NamedTuple):
    """An event that is refused: its place in the request, the rule, the field, and a sentence without any value."""

    place: int
    code: str
    field: str
    message: str

    def said(self) -> dict[str, Any]:
        """As it is answered."""
        return {"index": self.place, "code": self.code, "field": self.field, "message": self.message}


class Sent(NamedTuple):
    """An event that the shop's rules accept: its place, the visitor as sent, and what goes to the store."""

    place: int
    visitor: str
    arrival: Arrival
    ignored: tuple[str, ...]

    def received(self, moment: datetime) -> "Sent":
        """The same, received at another moment."""
        place, visitor, (entity, event, event_id, body_hash), ignored = self
        # made anew: `_replace` takes three times as long
        known = Event._make((*event[:-2], moment, event.kind_name))
        return Sent(place, visitor, Arrival(entity, known, event_id, body_hash), ignored)


def events_of(body: bytes) -> Iterator[bytes]:
    """The bytes of each event: of `{...}`, `[...]` or `{"events": [...]}`. Raises Refusal where the list is broken."""
    start = start_of_list(body, LIST, bare=True)
    if start is None:
        yield body
        return
    closes = b"" if body.lstrip(b" \t\r\n")[:1] == b"[" else b"}"
    yield from split(body, start, MOST_EVENTS, LONGEST_EVENT, closes)


def idempotency_key(headers: list[tuple[bytes, bytes]]) -> str | None:
    """The header Idempotency-Key, None where there is none. Raises Refusal 422 where it is no key."""
    found = next((value for name, value in headers if name == b"idempotency-key"), None)
    if found is None:
        return None
    text = found.decode("latin-1")
    if not (0 < len(text) <= MOST_KEY and text.isascii() and text.isprintable()):
        message = f"the header Idempotency-Key: expected 1 to {MOST_KEY} printable ASCII characters"
        raise Refusal(422, "bad_header", message, field="Idempotency-Key")
    return text


class SentReader:
    """Reads the events of requests for one shop."""

    def __init__(self, state: State, reader: "EventReader") -> None:
        self._reader, self._entities, self._hasher = reader, Entities(state), state.hasher

    def read(
        self, place: int, body: bytes, received: datetime, key: str | None, alone: bool
    ) -> Sent | Rejected:
        """One event. Without an id of its own it is named by the request's key, and its place where there are several."""
        try:
            record: Any = decode(body)
        except Refusal as refusal:
            return Rejected(place, refusal.error["code"], "row", str(refusal.error["message"]))
        if type(record) is not dict:
            return Rejected(place, "not_an_object", "row", "expected an object with the fields of one event")
        found = self._reader.read(record, received)
        if not isinstance(found, Accepted):
            return Rejected(place, found.rule, printable(found.field), found.says)
        if found.event_id is None:
            if key is None:
                return Rejected(place, "event_id_missing", "event_id", NO_ID)
            found = with_id(found, key if alone else f"{key}:{place}")
        return Sent(place, found.entity, self._arrival(found), found.ignored)

    def _arrival(self, found: Accepted) -> Arrival:
        digest = found.body_hash
        if self._hasher is not None:  # of few ids a plain hash is soon guessed
            digest = hmac.digest(self._hasher.secret, digest, "sha256")[: len(digest)]
        return Arrival(self._entities.stored(found.entity), found.event, found.event_id, digest)
