"""An id for an event that was sent without one."""

from willbuy.events.live.outcome import Accepted


def with_id(read: Accepted, event_id: str) -> Accepted:
    """The same event under an id: where it has none of its own, the service makes one of what the request carries.

    >>> from datetime import datetime
    >>> from willbuy.features.live.event import Event
    >>> sent = Accepted("ann", Event(datetime(2015, 8, 27), "view"), None, bytes(16))
    >>> with_id(sent, "order-7:0").event.event_id
    'order-7:0'
    """
    return read._replace(event=read.event._replace(event_id=event_id), event_id=event_id)
