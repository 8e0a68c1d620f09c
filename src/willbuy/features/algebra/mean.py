"""mean: the mean price, pieces or money of events."""

from dataclasses import dataclass
from typing import ClassVar

from willbuy.features.algebra.feature import Type, Windowed
from willbuy.features.algebra.measure import MEASURE_UNITS, MEASURE_WORDS, check_measure
from willbuy.features.algebra.phrases import Phrases


@dataclass(frozen=True)
class Mean(Windowed):
    """The mean `price`, `quantity` or `money` of the events that have one; null where there is none.

    One division of two whole numbers. Prices 1000, 1200 and none: `mean_price_view` is 1100.0.

    >>> Mean("view", "7d").name
    'mean_price_view_7d'
    """

    of: str = "price"
    key: ClassVar[str] = "mean"
    type_text: ClassVar[Type] = "real"

    def __post_init__(self) -> None:
        super().__post_init__()
        check_measure(self.of)

    @property
    def name(self) -> str:
        return f"mean_{self.of}_{self.slug}{self.window.suffix}"

    @property
    def meaning(self) -> str:
        return (
            f"mean {MEASURE_WORDS[self.of]} of {self.events_words} {self.window.words}; null if there is none"
        )

    @property
    def unit(self) -> str:
        return MEASURE_UNITS[self.of]

    @property
    def phrases(self) -> Phrases:
        null = f"no {self.event_word} with a price {self.when}"
        if self.of == "quantity":
            some = f"{{value}} pieces on average in {self.events_words} {self.when}"
            return Phrases(
                some, one=some.replace("pieces", "piece"), null=f"no {self.event_word} {self.when}"
            )
        worth = "at an average price of" if self.of == "price" else "of an average worth of"
        return Phrases(f"{self.events_words} {worth} {{value}} {self.when}", null=null, form="money")
