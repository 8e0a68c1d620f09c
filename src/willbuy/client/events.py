"""Events on their way to the service: each gets its id once, and goes out in batches that the service takes."""

import secrets
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from willbuy.client.encoding import encode
from willbuy.client.talking import Ask, Conversation, Patience, talk
from willbuy.errors import ClientError, ServiceFault

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
    """What became of the events, all of which are accounted for.

    `accepted` are durable and new, `duplicates` were known by their id, `suppressed` belong to a visitor who was erased and
    were dropped. `conflicts` are the places of those whose id belongs to an event of another content, `rejected` those that
    break a rule. `ignored` are the names of fields that the shop does not read. `scores` are the visitors' scores after
    their last event, where they were asked for.
    """

    accepted: int = 0
    duplicates: int = 0
    suppressed: int = 0
    conflicts: list[int] = field(default_factory=list)
    rejected: list[Rejection] = field(default_factory=list)
    ignored: list[str] = field(default_factory=list)
    scores: list[dict[str, Any]] = field(default_factory=list)

    @property
    def events(self) -> int:
        """How many there were."""
        return self.accepted + self.duplicates + self.suppressed + len(self.conflicts) + len(self.rejected)


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


def send(events: Events, id_field: str, score: bool, patience: Patience) -> Conversation[Sent]:
    """Send events. A ClientError carries those that were not acknowledged, as `unsent`: of a list all the rest, of an
    iterator what was taken from it.
    """
    named = with_ids(events, id_field)
    batches, sent = Batches(named), Sent()
    params = {"score": "true"} if score else {}
    try:
        while (content := batches.take()) is not None:
            answer = yield from talk(Ask("POST", "/events", params, content), patience)
            _add(sent, answer, batches.held)
    except ClientError as error:
        error.unsent = batches.held + ([] if isinstance(events, Iterator) else list(named))
        raise
    return sent


def _add(sent: Sent, answer: Any, events: list[dict[str, Any]]) -> None:
    before = sent.events
    try:
        sent.accepted += answer["accepted"]
        sent.duplicates += answer["duplicates"]
        sent.suppressed += answer["suppressed"]
        sent.conflicts += [before + place for place in answer["conflicts"]]
        for one in answer["rejected"]:
            place = one["index"]
            rejection = Rejection(before + place, events[place], one["code"], one["message"], one["field"])
            sent.rejected.append(rejection)
    except (KeyError, TypeError, IndexError) as error:
        raise ServiceFault(
            "POST /events was answered with something else: is it a willbuy service?"
        ) from error
    sent.ignored = sorted({*sent.ignored, *answer.get("ignored", ())})
    sent.scores += answer.get("scores", ())
