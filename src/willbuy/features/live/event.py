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


def in_order(event: Event) -> tuple[datetime, int]:
    """The sort key of an entity's events: time, then kind as in KINDS, so that a purchase follows its cart.

    What else is of one moment and one kind stands in no order: a feature that reads the last of them reads the
    greatest value.
    """
    return event.time, KINDS.index(event.kind)
