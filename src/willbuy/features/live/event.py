"""The canonical event as the live side holds it."""

from datetime import datetime
from typing import NamedTuple

from willbuy.events.canonical import KINDS


class Event(NamedTuple):
    """One event of an entity. Times are naive UTC; money is in minor units; items are text ids."""

    time: datetime
    kind: str
    item: str | None = None
    category: str | None = None
    price: int | None = None
    quantity: int | None = None
    session: str | None = None
    event_id: str | None = None
    received: datetime | None = None
    kind_name: str | None = None

    def visible_at(self, moment: datetime) -> bool:
        """Whether it had happened before the moment, and was known by then."""
        return self.time < moment and (self.received is None or self.received <= moment)


def total_order(event: Event) -> tuple[object, ...]:
    """The sort key of an entity's events: time, kind as in KINDS, then every other field, nulls first.

    The item stands last, as in batch: there it is text only here, a key elsewhere.
    """
    rest = (
        event.category,
        event.price,
        event.quantity,
        event.session,
        event.event_id,
        event.received,
        event.kind_name,
        event.item,
    )
    return (
        event.time,
        KINDS.index(event.kind),
        *((value is not None, value if value is not None else 0) for value in rest),
    )
