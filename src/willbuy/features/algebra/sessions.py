"""sessions: in how many sessions something happened."""

from dataclasses import dataclass
from typing import ClassVar

from willbuy.events.canonical import KINDS
from willbuy.features.algebra.feature import Windowed
from willbuy.features.algebra.phrases import Phrases


@dataclass(frozen=True)
class Sessions(Windowed):
    """In how many sessions the events of the window lie; a session is what the set's `SessionRule` says.

    Events at 12:00, 12:10 and 13:00: `sessions_event_7d` is 2, as 50 minutes lie between the last two.

    >>> Sessions("cart", "7d").name
    'sessions_cart_7d'
    """

    key: ClassVar[str] = "sessions"
    unit_text: ClassVar[str] = "sessions"

    @property
    def name(self) -> str:
        return f"sessions_{self.slug}{self.window.suffix}"

    @property
    def meaning(self) -> str:
        return f"number of sessions with {self.events_words} {self.window.words}"

    @property
    def reads(self) -> tuple[str, ...]:
        return KINDS  # every event keeps a session open

    @property
    def each(self) -> str:
        return "session" if not self.kinds else f"session with {self.events_words}"

    @property
    def phrases(self) -> Phrases:
        what = f" with {self.events_words}" if self.kinds or self.category is not None else ""
        return Phrases(
            f"{{value}} sessions{what} {self.when}",
            one=f"1 session{what} {self.when}",
            none=f"no session{what} {self.when}",
        )
