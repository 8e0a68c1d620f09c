"""active_days: on how many days something happened."""

from dataclasses import dataclass
from typing import ClassVar

from willbuy.features.algebra.feature import Windowed
from willbuy.features.algebra.phrases import Phrases


@dataclass(frozen=True)
class ActiveDays(Windowed):
    """On how many local days (of the shop's zone) the events of the window lie.

    Two views on Monday and one on Friday: `active_days_view_7d` is 2.

    >>> ActiveDays("view", "7d").name
    'active_days_view_7d'
    """

    key: ClassVar[str] = "active_days"
    unit_text: ClassVar[str] = "days"

    @property
    def name(self) -> str:
        return f"active_days_{self.slug}{self.window.suffix}"

    @property
    def meaning(self) -> str:
        return f"number of days with {self.events_words} {self.window.words}"

    @property
    def each(self) -> str:
        return f"day with {self.events_words}"

    @property
    def phrases(self) -> Phrases:
        return Phrases(
            f"{self.events_words} on {{value}} days {self.when}",
            one=f"{self.events_words} on 1 day {self.when}",
            none=f"no {self.event_word} {self.when}",
        )
