"""session_position: how many events the current session has."""

from dataclasses import dataclass
from typing import ClassVar

from willbuy.features.algebra.feature import Feature
from willbuy.features.algebra.in_session import InSession
from willbuy.features.algebra.phrases import Phrases


@dataclass(frozen=True)
class SessionPosition(InSession, Feature):
    """Events of the current session up to the anchor; null where no session is open (idle for the session gap).

    Events at 12:00, 12:01 and 12:05, anchor at 12:06: `session_position` is 3; at 13:00 it is null.

    >>> SessionPosition().name
    'session_position'
    """

    key: ClassVar[str] = "session_position"
    unit_text: ClassVar[str] = "events"

    @property
    def meaning(self) -> str:
        return "number of events in the current session so far; null if none is open"

    @property
    def phrases(self) -> Phrases:
        return Phrases(
            "{value} events in the current session so far",
            one="1 event in the current session so far",
            null="no session open",
        )
