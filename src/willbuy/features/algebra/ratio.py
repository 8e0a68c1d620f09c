"""ratio: one feature over another."""

from dataclasses import dataclass
from typing import ClassVar

from willbuy.errors import ShopError
from willbuy.features.algebra.count import Count
from willbuy.features.algebra.feature import Feature, Type, Windowed
from willbuy.features.algebra.phrases import Phrases


@dataclass(frozen=True)
class Ratio(Feature):
    """`(top + add_top) / (bottom + add_bottom)`: null where nothing stands under the line, never infinite.

    Without smoothing it is one division of two whole numbers. 2 carts over 8 views is 0.25; 0 over 0 is null;
    with `add_top = 1, add_bottom = 20` (as if 1 in 20 came before) 0 over 0 is 0.05.

    >>> Ratio(Count("cart", "7d"), Count("view", "7d")).name
    'ratio_cart_view_7d'
    >>> Ratio(Count("cart", "7d"), Count("view", "30d"), 1, 20).name
    'ratio_count_cart_7d_by_count_view_30d_plus_1_20'
    """

    top: Feature
    bottom: Feature
    add_top: int | float = 0
    add_bottom: int | float = 0
    key: ClassVar[str] = "ratio"
    unit_text: ClassVar[str] = "ratio"
    type_text: ClassVar[Type] = "real"

    def __post_init__(self) -> None:
        for part in (self.top, self.bottom):
            if not isinstance(part, Feature):
                raise ShopError(
                    f"a ratio is of two features; found {part!r}. Write top = {{feature = 'count', ...}}"
                )
        if not (0 <= self.add_top < float("inf") and 0 <= self.add_bottom < float("inf")):
            raise ShopError(
                f"smoothing must be 0 or more; found add_top {self.add_top}, add_bottom {self.add_bottom}"
            )

    @property
    def name(self) -> str:
        smoothing = f"_plus_{self.add_top:g}_{self.add_bottom:g}" if self.smoothed else ""
        return f"ratio_{self._parts_name()}{smoothing}"

    def _parts_name(self) -> str:
        top, bottom = self.top, self.bottom
        if isinstance(top, Count) and isinstance(bottom, Count) and top.window == bottom.window:
            return f"{top.slug}_{bottom.slug}{top.window.suffix}"
        return f"{top.name}_by_{bottom.name}"

    @property
    def meaning(self) -> str:
        if self.smoothed:
            return (
                f"({self.top.meaning} + {self.add_top:g}) over ({self.bottom.meaning} + {self.add_bottom:g})"
            )
        return f"{self.top.meaning}, over {self.bottom.meaning}; null if there is none"

    @property
    def smoothed(self) -> bool:
        """Whether anything is added above or below the line."""
        return bool(self.add_top or self.add_bottom)

    @property
    def parts(self) -> tuple[Feature, ...]:
        return (self.top, self.bottom)

    @property
    def phrases(self) -> Phrases:
        top, bottom = self.top, self.bottom
        if not (isinstance(top, Count) and isinstance(bottom, Count)):
            return self._phrases_of_any_two()
        first = "" if top.window == bottom.window else f" {top.when}"
        about = "about " if self.smoothed else ""
        return Phrases(
            f"{about}{{value}} {top.events_words}{first} for every 100 {bottom.events_words} {bottom.when}",
            none=f"{bottom.events_words} {bottom.when} but no {top.event_word}{first}",
            null=f"no {bottom.event_word} {bottom.when}",
            form="hundred",
        )

    def _phrases_of_any_two(self) -> Phrases:
        top, bottom = (part.meaning.partition(";")[0] for part in self.parts)
        what = f"{top}, over {bottom}{' (smoothed)' if self.smoothed else ''}"
        money = self.top.phrases.form == "money" != self.bottom.phrases.form
        null = self.bottom.phrases.none or self.bottom.phrases.null or f"{what}: not known"
        return Phrases(self._each() or f"{what}: {{value}}", null=null, form="money" if money else "number")

    def _each(self) -> str:
        """So much for each of what is under the line, where that can be said; else nothing."""
        top, bottom = self.top, self.bottom
        if self.smoothed or not (isinstance(top, Windowed) and isinstance(bottom, Windowed) and bottom.each):
            return ""
        first = "" if top.window == bottom.window else f" {top.when}"
        return f"{top.phrases.some.removesuffix(f' {top.when}')}{first} for each {bottom.each} {bottom.when}"
