"""An arrival as a row of the table `events`, and back."""

from collections.abc import Sequence
from typing import Any

from willbuy.events.canonical import KINDS
from willbuy.features.live.event import Event
from willbuy.store.arrival import Arrival
from willbuy.store.moments import to_microseconds, to_moment
from willbuy.store.tallies import Countable

COLUMNS = (
    "entity", "event_id", "body", "time", "received", "kind", "kind_name", "item", "category", "price", "quantity",
    "session",
)  # fmt: skip
"""The columns of `events` beside `seq`. Times are microseconds since 1970, UTC; `kind` is its place in KINDS."""

EVENT = ", ".join(COLUMNS[3:])
"""What `to_event` reads, as SQL."""

Row = tuple[Any, ...]

_CODES = {kind: code for code, kind in enumerate(KINDS)}


def to_row(arrival: Arrival) -> Row:
    """The row of an arrival. Raises what Python raises on a field that is no time or no kind.

    >>> from datetime import datetime
    >>> to_row(Arrival("ann", Event(datetime(1970, 1, 2), "cart", "264"), "e1", b"x"))[:8]
    ('ann', 'e1', b'x', 86400000000, None, 1, None, '264')
    """
    entity, event, event_id, body = arrival
    received = None if event.received is None else to_microseconds(event.received)
    return (
        entity, event_id, body, to_microseconds(event.time), received, _CODES[event.kind], event.kind_name, event.item,
        event.category, event.price, event.quantity, event.session,
    )  # fmt: skip


def to_event(row: Sequence[Any], event_id: str | None) -> Event:
    """The event of a row of the columns EVENT.

    >>> to_event((86400000000, None, 1, None, "264", None, None, None, None), "e1").kind
    'cart'
    """
    time, received, kind, kind_name, item, category, price, quantity, session = row
    known = None if received is None else to_moment(received)
    return Event(
        to_moment(time), KINDS[kind], item, category, price, quantity, session, event_id, known, kind_name
    )


def countable(row: Row) -> Countable:
    """What is tallied of a row of `seq` and COLUMNS."""
    return Countable(row[4], row[5], row[6], row[8], row[9])
