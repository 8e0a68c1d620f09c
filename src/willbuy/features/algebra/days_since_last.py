"""days_since_last: how long ago the newest event was."""

from dataclasses import dataclass
from typing import ClassVar

from willbuy.features.algebra.feature import Type, Windowed
from willbuy.features.algebra.phrases import Phrases


@dataclass(frozen=True)
class DaysSinceLast(Windowed):
    """Days of 24 hours from the newest event of the kinds to the anchor; null where there is none.

    A purchase 36 hours before the anchor: `days_since_last_purchase` is 1.5.

    >>> DaysSinceLast("purchase").name
    'days_since_last_purchase'
    """

    key: ClassVar[str] = "days_since_last"
    unit_text: ClassVar[str] = "days"
    type_text: ClassVar[Type] = "real"

    @property
    def name(self) -> str:
        return f"days_since_last_{self.slug}{self.window.suffix}"

    @property
    def meaning(self) -> str:
        return f"days since the last {self.event_words}; null if there is none"

    @property
    def phrases(self) -> Phrases:
        return Phrases(
            f"last {self.event_word} {{value}} ago", null=f"no {self.event_word} {self.when}", form="span"
        )
