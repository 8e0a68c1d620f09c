"""count: how many events."""

from dataclasses import dataclass
from typing import ClassVar

from willbuy.features.algebra.feature import Windowed
from willbuy.features.algebra.phrases import Phrases


@dataclass(frozen=True)
class Count(Windowed):
    """How many events of the kinds lie in the window. No event is 0, never null.

    Views at days 1, 2 and 9, anchor at day 10: `count_view_7d` is 1 (`[3, 10)` holds day 9 only).

    >>> Count("view", "7d").name
    'count_view_7d'
    >>> Count(("cart", "purchase")).meaning
    'number of additions to the cart or purchases since the log began'
    """

    key: ClassVar[str] = "count"
    unit_text: ClassVar[str] = "events"

    @property
    def name(self) -> str:
        return f"count_{self.slug}{self.window.suffix}"

    @property
    def meaning(self) -> str:
        return f"number of {self.events_words} {self.window.words}"

    @property
    def each(self) -> str:
        return self.event_word

    @property
    def phrases(self) -> Phrases:
        return Phrases(
            f"{{value}} {self.events_words} {self.when}",
            one=f"1 {self.event_word} {self.when}",
            none=f"no {self.event_word} {self.when}",
        )
