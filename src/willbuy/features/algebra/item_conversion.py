"""item_conversion: how often the item that an entity touched last is bought when it is seen."""

from dataclasses import dataclass
from functools import cached_property
from typing import ClassVar

from willbuy.errors import ShopError
from willbuy.events.canonical import KINDS
from willbuy.features.algebra.feature import Feature, Type
from willbuy.features.algebra.item_fact import ItemFact
from willbuy.features.algebra.kinds import kind_words, kinds_slug, kinds_words
from willbuy.features.algebra.phrases import Phrases


@dataclass(frozen=True)
class ItemConversion(Feature):
    """`(top + add_top) / (bottom + add_bottom)` over everyone's events on the entity's last item in the last `days`
    whole days (or `hours` whole hours), as known at the close of the day (or hour) before; null where no item was
    touched or nothing is under the line. With `of` "category", over all items of the category touched last.

    2 purchases and 40 views: `item_conversion_purchase_view_30d` is 0.05.

    >>> ItemConversion().name
    'item_conversion_purchase_view_30d'
    """

    top: tuple[str, ...] = ("purchase",)
    bottom: tuple[str, ...] = ("view",)
    days: int = 30
    add_top: int | float = 0
    add_bottom: int | float = 0
    hours: int | None = None
    of: str = "item"
    key: ClassVar[str] = "item_conversion"
    unit_text: ClassVar[str] = "ratio"
    type_text: ClassVar[Type] = "real"

    def __post_init__(self) -> None:
        top, bottom = self.facts
        object.__setattr__(self, "top", top.kinds)
        object.__setattr__(self, "bottom", bottom.kinds)
        if not (0 <= self.add_top < float("inf") and 0 <= self.add_bottom < float("inf")):
            raise ShopError(
                f"smoothing must be 0 or more; found add_top {self.add_top}, add_bottom {self.add_bottom}"
            )

    @cached_property
    def facts(self) -> tuple[ItemFact, ...]:
        """The facts above and below the line."""
        return (
            ItemFact(self.top, self.days, self.hours, self.of),
            ItemFact(self.bottom, self.days, self.hours, self.of),
        )

    @property
    def smoothed(self) -> bool:
        """Whether anything is added above or below the line."""
        return bool(self.add_top or self.add_bottom)

    @property
    def name(self) -> str:
        smoothing = f"_plus_{self.add_top:g}_{self.add_bottom:g}" if self.smoothed else ""
        return f"item_conversion_{self.facts[0].within}{kinds_slug(self.top)}_{kinds_slug(self.bottom)}_{self.facts[0].span_text}{smoothing}"

    @property
    def meaning(self) -> str:
        smoothing = f", smoothed by {self.add_top:g} over {self.add_bottom:g}" if self.smoothed else ""
        return (
            f"{kinds_words(self.top)} over {kinds_words(self.bottom)} by everyone of the {self.of} touched last, "
            f"in the last {self.facts[0].span_words}{smoothing}; null if no {self.of} was touched or there is none"
        )

    @property
    def window_text(self) -> str:
        return self.facts[0].span_text

    @property
    def lookback(self) -> int | None:
        return None  # the last item may be old

    @property
    def reads(self) -> tuple[str, ...]:
        return KINDS

    @property
    def phrases(self) -> Phrases:
        tops, bottoms = kinds_words(self.top), kinds_words(self.bottom)
        when = f"by everyone in the last {self.facts[0].span_words}"
        return Phrases(
            f"{{value}} {tops} for every 100 {bottoms} of the {self.of} touched last, {when}",
            none=f"{bottoms} but no {kind_words(self.top)} of the {self.of} touched last, {when}",
            null=f"no {kind_words(self.bottom)} of the {self.of} touched last, {when}",
            form="hundred",
        )
