"""days_since_first: how long ago the oldest event was."""

from dataclasses import dataclass
from typing import ClassVar

from willbuy.features.algebra.feature import Type, Windowed
from willbuy.features.algebra.phrases import Phrases
from willbuy.features.algebra.window import EVER


@dataclass(frozen=True)
class DaysSinceFirst(Windowed):
    """Days of 24 hours from the oldest event of the kinds to the anchor; null where there is none.

    First seen 240 hours before the anchor: `days_since_first_event` is 10.0.

    >>> DaysSinceFirst("purchase").name
    'days_since_first_purchase'
    """

    key: ClassVar[str] = "days_since_first"
    unit_text: ClassVar[str] = "days"
    type_text: ClassVar[Type] = "real"

    @property
    def name(self) -> str:
        return f"days_since_first_{self.slug}{self.window.suffix}"

    @property
    def meaning(self) -> str:
        return f"days since the first {self.event_words}; null if there is none"

    @property
    def phrases(self) -> Phrases:
        inside = "" if self.window == EVER else f" {self.when}:"
        return Phrases(
            f"first {self.event_word}{inside} {{value}} ago",
            null=f"no {self.event_word} {self.when}",
            form="span",
        )
