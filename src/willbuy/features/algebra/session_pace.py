"""session_pace: how fast events follow each other in the current session."""

from dataclasses import dataclass
from typing import ClassVar

from willbuy.features.algebra.feature import Feature, Type
from willbuy.features.algebra.in_session import InSession
from willbuy.features.algebra.phrases import Phrases


@dataclass(frozen=True)
class SessionPace(InSession, Feature):
    """Mean seconds between neighbouring events of the current session; null with fewer than two.

    Events at 12:00, 12:01 and 12:05: `session_pace` is 300 / 2 = 150.0.

    >>> SessionPace().name
    'session_pace'
    """

    key: ClassVar[str] = "session_pace"
    unit_text: ClassVar[str] = "seconds"
    type_text: ClassVar[Type] = "real"

    @property
    def meaning(self) -> str:
        return "mean seconds between events of the current session so far; null with fewer than two"

    @property
    def phrases(self) -> Phrases:
        return Phrases(
            "an event every {value} in the current session",
            none="events at once in the current session",
            null="fewer than two events in the current session",
            form="seconds",
        )
