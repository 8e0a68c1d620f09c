"""gap: the mean number of days between visits."""

from dataclasses import dataclass
from typing import ClassVar

from willbuy.features.algebra.feature import Type, Windowed
from willbuy.features.algebra.phrases import Phrases


@dataclass(frozen=True)
class Gap(Windowed):
    """Mean days between neighbouring local days with an event of the kinds; null with fewer than two such days.

    One division of two whole numbers: (last day - first day) / (days - 1). Purchases on the 1st, twice on the 3rd
    and on the 10th: `gap_purchase` is 9 / 2 = 4.5.

    >>> Gap("purchase").name
    'gap_purchase'
    """

    key: ClassVar[str] = "gap"
    unit_text: ClassVar[str] = "days"
    type_text: ClassVar[Type] = "real"

    @property
    def name(self) -> str:
        return f"gap_{self.slug}{self.window.suffix}"

    @property
    def meaning(self) -> str:
        return (
            f"mean days between days with {self.events_words} {self.window.words}; null with fewer than two"
        )

    @property
    def phrases(self) -> Phrases:
        return Phrases(
            f"on average {{value}} from one day with {self.events_words} to the next {self.when}",
            null=f"fewer than two days with {self.events_words} {self.when}",
            form="span",
        )
