"""last: the newest known price, pieces or money."""

from dataclasses import dataclass
from typing import ClassVar

from willbuy.features.algebra.feature import Windowed
from willbuy.features.algebra.measure import MEASURE_UNITS, MEASURE_WORDS, check_measure
from willbuy.features.algebra.phrases import Phrases


@dataclass(frozen=True)
class Last(Windowed):
    """The `price`, `quantity` or `money` of the newest event that has one; null where there is none.

    Of events of one moment the last by kind is read (a purchase follows its cart), of one kind the greatest value.
    Views at 1000, then 1200, then without a price: `last_price_view` is 1200.

    >>> Last("view").name
    'last_price_view'
    """

    of: str = "price"
    key: ClassVar[str] = "last"

    def __post_init__(self) -> None:
        super().__post_init__()
        check_measure(self.of)

    @property
    def name(self) -> str:
        return f"last_{self.of}_{self.slug}{self.window.suffix}"

    @property
    def meaning(self) -> str:
        return f"{MEASURE_WORDS[self.of]} of the last {self.event_words}; null if there is none"

    @property
    def unit(self) -> str:
        return MEASURE_UNITS[self.of]

    @property
    def phrases(self) -> Phrases:
        null = f"no {self.event_word} with a price {self.when}"
        if self.of == "quantity":
            some = f"{{value}} pieces in the last {self.event_word} {self.when}"
            return Phrases(
                some, one=some.replace("pieces", "piece"), null=f"no {self.event_word} {self.when}"
            )
        worth = "at a price of" if self.of == "price" else "worth"
        return Phrases(f"last {self.event_word} {self.when} {worth} {{value}}", null=null, form="money")
