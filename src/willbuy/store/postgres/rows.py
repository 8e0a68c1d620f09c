"""Arrivals as columns of array literals, which the server takes in one statement; and rows as events."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from willbuy.events.canonical import KINDS
from willbuy.features.live.event import Event
from willbuy.store.arrival import Arrival
from willbuy.store.moments import to_microseconds
from willbuy.store.tallies import Countable

COLUMNS = (
    "entity", "event_id", "body", "time", "received", "kind", "kind_name", "item", "category", "price", "quantity",
    "session",
)  # fmt: skip
TYPES = (
    "text", "text", "bytea", "timestamp", "timestamp", "smallint", "text", "text", "text", "bigint", "bigint", "text",
)  # fmt: skip
EVENT = '"time", received, kind, kind_name, item, category, price, quantity, session, event_id'
"""What `to_event` reads, as SQL."""

LARGEST = 2**63

_CODES = {kind: code for code, kind in enumerate(KINDS)}


def storable(arrival: Arrival) -> bool:
    """Whether the server can hold an arrival: its texts are Unicode without NUL, its numbers of 64 bits, its kind is one."""
    entity, event, event_id, body = arrival
    try:
        texts = (entity, event_id, event.kind_name, event.item, event.category, event.session)
        for text in texts:
            if text is not None and (
                type(text) is not str or "\0" in text or not (text.isascii() or text.encode())
            ):
                return False
        numbers = (event.price, event.quantity)
        whole = all(n is None or (type(n) is int and -LARGEST <= n < LARGEST) for n in numbers)
        times = isinstance(event.time, datetime) and (
            event.received is None or isinstance(event.received, datetime)
        )
        return whole and times and type(body) is bytes and event.kind in _CODES
    except (ValueError, TypeError, AttributeError):
        return False


def columns_of(arrivals: Sequence[Arrival]) -> list[str]:
    """The columns COLUMNS of arrivals, each as the literal of an array.

    >>> columns_of([Arrival("ann", Event(datetime(1970, 1, 2), "cart", 'a"b'), None, b"x")])[:8:7]
    ['{"ann"}', '{"a\\\\"b"}']
    """
    events = [arrival.event for arrival in arrivals]
    return [
        texts(arrival.entity for arrival in arrivals),
        texts(arrival.event_id for arrival in arrivals),
        _array(f'"\\\\x{arrival.body_hash.hex()}"' for arrival in arrivals),
        _array(f'"{event.time.isoformat()}"' for event in events),
        _array("NULL" if event.received is None else f'"{event.received.isoformat()}"' for event in events),
        numbers(_CODES[event.kind] for event in events),
        texts(event.kind_name for event in events),
        texts(event.item for event in events),
        texts(event.category for event in events),
        numbers(event.price for event in events),
        numbers(event.quantity for event in events),
        texts(event.session for event in events),
    ]


def texts(values: Iterable[str | None]) -> str:
    r"""An array of texts, as PostgreSQL writes it.

    >>> texts(["a", None, 'b"\\'])
    '{"a",NULL,"b\\"\\\\"}'
    """
    return _array(
        "NULL" if value is None else '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'
        for value in values
    )


def numbers(values: Iterable[int | None]) -> str:
    """An array of whole numbers.

    >>> numbers([1, None])
    '{1,NULL}'
    """
    return _array("NULL" if value is None else str(value) for value in values)


def _array(values: Iterable[str]) -> str:
    return "{" + ",".join(values) + "}"


def to_event(row: Sequence[Any]) -> Event:
    """The event of a row of the columns EVENT."""
    time, received, kind, kind_name, item, category, price, quantity, session, event_id = row
    return Event(time, KINDS[kind], item, category, price, quantity, session, event_id, received, kind_name)


def countable(event: Event) -> Countable:
    """What is tallied of an event."""
    received = None if event.received is None else to_microseconds(event.received)
    return Countable(to_microseconds(event.time), received, _CODES[event.kind], event.item, event.category)
