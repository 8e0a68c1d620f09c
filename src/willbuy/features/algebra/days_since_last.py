"""days_since_last: how long ago the newest event was."""

from dataclasses import dataclass
from typing import ClassVar

from willbuy.features.algebra.feature import Type, Windowed


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
