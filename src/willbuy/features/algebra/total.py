"""total: the sum of money, or of pieces."""

from dataclasses import dataclass
from typing import ClassVar

from willbuy.features.algebra.feature import Windowed
from willbuy.features.algebra.measure import MEASURE_UNITS, MEASURE_WORDS, check_measure
from willbuy.features.algebra.phrases import Phrases


@dataclass(frozen=True)
class Total(Windowed):
    """The sum of `money` (price x quantity, in minor units) or of `quantity`. No event is 0, never null.

    Two pieces at 11.00 and one at 29.00 without a quantity: `total_money_purchase` is 5100, and
    `total_quantity_purchase` is 3. Events without a price add no money.

    >>> Total("purchase", "30d").name, Total("purchase", "30d", of="quantity").unit
    ('total_money_purchase_30d', 'pieces')
    """

    of: str = "money"
    key: ClassVar[str] = "total"

    def __post_init__(self) -> None:
        super().__post_init__()
        check_measure(self.of, ("money", "quantity"))

    @property
    def name(self) -> str:
        return f"total_{self.of}_{self.slug}{self.window.suffix}"

    @property
    def meaning(self) -> str:
        return f"{MEASURE_WORDS[self.of]} of all {self.events_words} {self.window.words}"

    @property
    def unit(self) -> str:
        return MEASURE_UNITS[self.of]

    @property
    def phrases(self) -> Phrases:
        if self.of == "quantity":
            many = f"{{value}} pieces in {self.events_words} {self.when}"
            return Phrases(
                many, one=many.replace("pieces", "piece"), none=f"no {self.event_word} {self.when}"
            )
        return Phrases(
            f"{self.events_words} worth {{value}} {self.when}",
            none=f"no {self.event_word} of any worth {self.when}",
            form="money",
        )
