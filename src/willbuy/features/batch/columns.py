"""The columns that one pass over the events adds for a feature set."""

from dataclasses import dataclass, field
from datetime import datetime

from willbuy.events.canonical import KINDS

NEVER = datetime(9999, 12, 31)
"""When an event comes that does not come."""


def kind_code(kind: str) -> int:
    """The small integer that stands for a kind: its place in KINDS."""
    return KINDS.index(kind)


def kind_in(kinds: tuple[str, ...]) -> str:
    """The condition on prepared events that a kind is one of several."""
    return f'("kind" IN ({", ".join(str(kind_code(kind)) for kind in kinds)}))'


@dataclass(frozen=True)
class NextEvent:
    """The time of the next event of the same entity in the same group: NEVER for the last of all, null outside.

    Distinct counts need no join with it: of a group's events before an anchor, exactly one has its next event at or
    past that anchor. `group` holds names of columns, or conditions in brackets; an event of which a column of
    `known` is null is in no group. Events of one moment follow each other by the `ties`, see `prepare.TIES`; without,
    in any order: their times are the same.
    """

    name: str
    group: tuple[str, ...]
    known: tuple[str, ...] = ()
    ties: tuple[str, ...] = ()


@dataclass
class PreparedColumns:
    """What the prepared events must carry."""

    kept: set[str] = field(default_factory=set)  # columns of the canonical event
    next_events: dict[str, NextEvent] = field(default_factory=dict)
    day: bool = False  # the local day
    session_start: bool = False
    current_session: bool = False  # anchors must know the session that is open

    def add_next(self, next_event: NextEvent) -> None:
        """Carry the time of a next event, and what its group is made of."""
        known = self.next_events.setdefault(next_event.name, next_event)
        if known != next_event:
            raise ValueError(f"two columns are called {next_event.name!r}")
        self.day |= "day" in next_event.group
        self.session_start |= "session_start" in next_event.group
