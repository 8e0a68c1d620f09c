"""anchor_hour: the local hour of the anchor."""

from dataclasses import dataclass
from typing import ClassVar

from willbuy.features.algebra.feature import Feature
from willbuy.features.algebra.phrases import Phrases


@dataclass(frozen=True)
class AnchorHour(Feature):
    """The hour of the anchor on the shop's clock, 0 to 23.

    23:30 UTC in July is hour 1 in Berlin.

    >>> AnchorHour().name
    'anchor_hour'
    """

    key: ClassVar[str] = "anchor_hour"
    unit_text: ClassVar[str] = "hours"

    @property
    def meaning(self) -> str:
        return "local hour of the anchor, 0 to 23"

    @property
    def phrases(self) -> Phrases:
        return Phrases("time of day: {value}", form="hour")
