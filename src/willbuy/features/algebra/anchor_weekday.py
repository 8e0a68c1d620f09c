"""anchor_weekday: the local weekday of the anchor."""

from dataclasses import dataclass
from typing import ClassVar

from willbuy.features.algebra.feature import Feature
from willbuy.features.algebra.phrases import Phrases


@dataclass(frozen=True)
class AnchorWeekday(Feature):
    """The weekday of the anchor on the shop's clock: Monday is 0, Sunday is 6.

    2015-05-20 is a Wednesday: 2.

    >>> AnchorWeekday().name
    'anchor_weekday'
    """

    key: ClassVar[str] = "anchor_weekday"
    unit_text: ClassVar[str] = "weekday"

    @property
    def meaning(self) -> str:
        return "local weekday of the anchor, Monday 0 to Sunday 6"

    @property
    def phrases(self) -> Phrases:
        return Phrases("day of the week: {value}", form="weekday")
