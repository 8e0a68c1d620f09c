"""Events on their way to the service: each gets its id once, and goes out in batches that the service takes."""

import secrets
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from willbuy.client.encoding import encode
from willbuy.client.talking import Ask, Conversation, Patience, talk
from willbuy.errors import ClientError

MOST_EVENTS = 1_000
MOST_BYTES = 900_000  # the service takes a megabyte
Events = Mapping[str, Any] | Iterable[Mapping[str, Any]]


@dataclass(frozen=True)
class Rejection:
    """An event that the service refused: its place among those that were sent, the event, and why."""

    index: int
    event: dict[str, Any]
    code: str
    message: str
    field: str | None


@dataclass
class Sent:
    """What became of the events: `stored` are durable and new, `duplicates` were known by their id, `suppressed` belong
    to an entity that was erased and were dropped; `rejected` says which were refused, and why.
    """

    stored: int = 0
    duplicates: int = 0
    suppressed: int = 0
    rejected: list[Rejection] = field(default_factory=list)

    @property
    def events(self) -> int:
        """How many there were."""
        return self.stored + self.duplicates + self.suppressed + len(self.rejected)


def with_ids(events: Events, id_field: str = "event_id") -> Iterator[dict[str, Any]]:
    """The events, each with an id: its own, or a random one of 128 bits.

    >>> [event["event_id"] for event in with_ids([{"kind": "view", "event_id": "e1"}])]
    ['e1']
    """
    for event in [events] if isinstance(events, Mapping) else events:
        given = event.get(id_field) is not None
        yield dict(event) if given else {**event, id_field: secrets.token_hex(16)}


class Batches:
    """Events taken from an iterator in batches of at most 1,000 and 900,000 bytes; `held` are those taken and not sent.

    >>> batches = Batches(iter([{"kind": "view"}, {"kind": "cart"}]))
    >>> batches.take(), batches.held, batches.take()
    (b'{"events":[{"kind":"view"},{"kind":"cart"}]}', [{'kind': 'view'}, {'kind': 'cart'}], None)
    """

    def __init__(self, events: Iterator[dict[str, Any]]) -> None:
        self.held: list[dict[str, Any]] = []
        self._events = events
        self._next: bytes | None = None  # the JSON of the last of `held`, which had no room in its batch

    def take(self) -> bytes | None:
        """The next batch as the body of a request; what was taken before counts as sent. None where there is no more."""
        self.held = self.held[-1:] if self._next is not None else []
        contents = [] if self._next is None else [self._next]
        size, self._next = sum(map(len, contents)), None
        while len(contents) < MOST_EVENTS and (event := next(self._events, None)) is not None:
            self.held.append(event)
            content = encode(event)
            size += len(content) + 1
            if contents and size > MOST_BYTES:
                self._next = content
                break
            contents.append(content)
        return b'{"events":[' + b",".join(contents) + b"]}" if contents else None


def send(events: Events, id_field: str, patience: Patience) -> Conversation[Sent]:
    """Send events. A ClientError carries those that were not acknowledged, as `unsent`: of a list all the rest, of an
    iterator what was taken from it.
    """
    named = with_ids(events, id_field)
    batches, sent = Batches(named), Sent()
    try:
        while (content := batches.take()) is not None:
            answer = yield from talk(Ask("POST", "/events", content=content), patience)
            _add(sent, answer, batches.held)
    except ClientError as error:
        error.unsent = batches.held + ([] if isinstance(events, Iterator) else list(named))
        raise
    return sent


def _add(sent: Sent, answer: Any, events: list[dict[str, Any]]) -> None:
    offset = sent.events
    sent.stored += answer["stored"]
    sent.duplicates += answer["duplicates"]
    sent.suppressed += answer["suppressed"]
    for one in answer["rejected"]:
        place, error = one["index"], one["error"]
        sent.rejected.append(
            Rejection(offset + place, events[place], error["code"], error["message"], error.get("field"))
        )
