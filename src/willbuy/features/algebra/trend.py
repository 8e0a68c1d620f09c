"""trend: the rate of a short window over the rate of a long one."""

import math
from dataclasses import dataclass
from functools import cached_property
from typing import ClassVar

from willbuy.errors import ShopError
from willbuy.features.algebra.count import Count
from willbuy.features.algebra.feature import Feature, Type
from willbuy.features.algebra.kinds import check_kinds, kinds_slug, kinds_words, slug
from willbuy.features.algebra.phrases import Phrases
from willbuy.features.algebra.window import Window


@dataclass(frozen=True)
class Trend(Feature):
    """Events a day in the `short` window over events a day in the `long` one; null where the long one has none.

    One division of two whole numbers: (count short x long) / (count long x short). 4 views in 7 days, 6 in 28:
    (4 x 28) / (6 x 7) reduces to (4 x 4) / (6 x 1) = 2.67: faster than before.

    >>> Trend("view", "7d", "28d").name, Trend("view", "7d", "28d").scale
    ('trend_view_7d_28d', (4, 1))
    """

    kinds: tuple[str, ...]
    short: Window
    long: Window
    category: str | None = None
    key: ClassVar[str] = "trend"
    unit_text: ClassVar[str] = "ratio"
    type_text: ClassVar[Type] = "real"

    def __post_init__(self) -> None:
        object.__setattr__(self, "kinds", check_kinds(self.kinds))
        object.__setattr__(self, "short", Window.parse(self.short))
        object.__setattr__(self, "long", Window.parse(self.long))
        if self.short.span is None or self.long.span is None or self.short.span >= self.long.span:
            raise ShopError(
                f"a trend needs a short span and a longer one; found short {self.short.text!r}, long {self.long.text!r}"
            )

    @cached_property
    def scale(self) -> tuple[int, int]:
        """The long and the short span, reduced."""
        short, long = self._spans
        divisor = math.gcd(short, long)
        return long // divisor, short // divisor

    @property
    def _spans(self) -> tuple[int, int]:
        spans = [window.span.microseconds for window in (self.short, self.long) if window.span is not None]
        return spans[0], spans[1]

    @cached_property
    def top(self) -> Count:
        """The count of the short window."""
        return Count(self.kinds, self.short, self.category)

    @cached_property
    def bottom(self) -> Count:
        """The count of the long window."""
        return Count(self.kinds, self.long, self.category)

    @property
    def parts(self) -> tuple[Feature, ...]:
        return (self.top, self.bottom)

    @property
    def name(self) -> str:
        category = "" if self.category is None else f"_in_{slug(self.category)}"
        return f"trend_{kinds_slug(self.kinds)}{category}_{self.short.text}_{self.long.text}"

    @property
    def meaning(self) -> str:
        category = "" if self.category is None else f" in category {self.category!r}"
        what = f"{kinds_words(self.kinds)}{category}"
        return f"daily rate of {what} {self.short.words} over that {self.long.words}; null if there is none"

    @property
    def window_text(self) -> str:
        return f"{self.short.text} / {self.long.text}"

    @property
    def phrases(self) -> Phrases:
        return Phrases(
            f"{self.top.events_words} {{value}} times as frequent {self.short.words} as {self.long.words}",
            one=f"{self.top.events_words} as frequent {self.short.words} as {self.long.words}",
            none=f"no {self.top.event_word} {self.short.words}, but some {self.long.words}",
            null=f"no {self.top.event_word} {self.long.words}",
        )
