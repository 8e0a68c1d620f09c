"""maximum: the greatest price, pieces or money of an event."""

from dataclasses import dataclass
from typing import ClassVar

from willbuy.features.algebra.feature import Windowed
from willbuy.features.algebra.measure import MEASURE_UNITS, MEASURE_WORDS, check_measure
from willbuy.features.algebra.phrases import Phrases


@dataclass(frozen=True)
class Maximum(Windowed):
    """The greatest `price`, `quantity` or `money` of the events that have one; null where there is none.

    Prices 1000, 1200 and none: `maximum_price_view` is 1200.

    >>> Maximum("view", "7d").name
    'maximum_price_view_7d'
    """

    of: str = "price"
    key: ClassVar[str] = "maximum"

    def __post_init__(self) -> None:
        super().__post_init__()
        check_measure(self.of)

    @property
    def name(self) -> str:
        return f"maximum_{self.of}_{self.slug}{self.window.suffix}"

    @property
    def meaning(self) -> str:
        return f"greatest {MEASURE_WORDS[self.of]} of {self.events_words} {self.window.words}; null if there is none"

    @property
    def unit(self) -> str:
        return MEASURE_UNITS[self.of]

    @property
    def phrases(self) -> Phrases:
        null = f"no {self.event_word} with a price {self.when}"
        if self.of == "quantity":
            some = f"at most {{value}} pieces at once in {self.events_words} {self.when}"
            return Phrases(
                some, one=some.replace("pieces", "piece"), null=f"no {self.event_word} {self.when}"
            )
        worth = "at prices up to" if self.of == "price" else "each worth at most"
        return Phrases(f"{self.events_words} {worth} {{value}} {self.when}", null=null, form="money")
