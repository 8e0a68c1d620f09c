"""session_seconds: how long the current session has lasted."""

from dataclasses import dataclass
from typing import ClassVar

from willbuy.features.algebra.feature import Feature, Type
from willbuy.features.algebra.in_session import InSession
from willbuy.features.algebra.phrases import Phrases


@dataclass(frozen=True)
class SessionSeconds(InSession, Feature):
    """Seconds from the first event of the current session to its newest before the anchor; null where none is open.

    Events at 12:00, 12:01 and 12:05, anchor at 12:06: `session_seconds` is 300.0, the idle minute not included.

    >>> SessionSeconds().name
    'session_seconds'
    """

    key: ClassVar[str] = "session_seconds"
    unit_text: ClassVar[str] = "seconds"
    type_text: ClassVar[Type] = "real"

    @property
    def meaning(self) -> str:
        return "seconds from the first to the last event of the current session so far; null if none is open"

    @property
    def phrases(self) -> Phrases:
        return Phrases(
            "the current session has lasted {value} so far",
            none="the current session has only begun",
            null="no session open",
            form="seconds",
        )
