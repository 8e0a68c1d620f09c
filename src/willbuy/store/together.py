"""One entity's history and its live events, each event once."""

from collections import Counter
from collections.abc import Sequence

from willbuy.features.live.event import Event

_BODY = ("item", "category", "price", "quantity", "session")
"""Beside time and kind: what two records of one event have in common, if both are there."""


def together(
    history: Sequence[Event], live: Sequence[Event], fields: Sequence[str]
) -> list[tuple[Event, bool]]:
    """The events of both, as (event, whether it is live), history first.

    An event of both is one: by its id where both have one, else by its content, as often as the side that has it more
    often. So an export of live events into files, read by a later ingest, doubles nothing. The live one is kept, for it
    says when it was known. `fields` are those that the history has at all: others tell no two records apart.

    >>> from datetime import datetime
    >>> seen = Event(datetime(2015, 5, 1), "view", "a")
    >>> len(together([seen, seen], [seen._replace(event_id="e1")], ("time", "kind", "item")))
    2
    """
    if not history or not live:
        return [(event, False) for event in history] + [(event, True) for event in live]
    compared = [name for name in _BODY if name in fields]
    ids = {event.event_id for event in live if event.event_id is not None}
    of_history = [event for event in history if event.event_id is None or event.event_id not in ids]
    by_id = {event.event_id for event in history if event.event_id is not None} & ids
    spare = _Spare([event for event in live if event.event_id not in by_id], compared)
    of_history.sort(key=lambda event: event.event_id is not None)  # those without an id may be either
    kept = [event for event in of_history if not spare.take(event)]
    return [(event, False) for event in kept] + [(event, True) for event in live]


class _Spare:
    """Live events that no event of the history was found to be yet, by content and whether they have an id."""

    def __init__(self, live: Sequence[Event], compared: Sequence[str]) -> None:
        self._compared = compared
        self._count = Counter((self._content(event), event.event_id is not None) for event in live)

    def take(self, event: Event) -> bool:
        """Whether a live event is this one of the history; it is not taken again. Two ids are never one event."""
        content = self._content(event)
        for with_id in (False,) if event.event_id is not None else (True, False):
            if self._count[content, with_id]:
                self._count[content, with_id] -= 1
                return True
        return False

    def _content(self, event: Event) -> tuple[object, ...]:
        return (event.time, event.kind, *(getattr(event, name) for name in self._compared))
