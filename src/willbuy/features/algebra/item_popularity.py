"""item_popularity: how popular the item is that an entity touched last."""

from dataclasses import dataclass
from functools import cached_property
from typing import ClassVar

from willbuy.events.canonical import KINDS
from willbuy.features.algebra.feature import Feature
from willbuy.features.algebra.item_fact import ItemFact
from willbuy.features.algebra.kinds import kind_words, kinds_slug, kinds_words
from willbuy.features.algebra.phrases import Phrases


@dataclass(frozen=True)
class ItemPopularity(Feature):
    """Events of everyone on the entity's last item in the last `days` whole days (or `hours` whole hours), as known at
    the close of the day (or hour) before; null where the entity has touched no item, 0 where nobody else had by then. With `of` "category", on all items of the category touched last.

    The last item was viewed 40 times from the 1st to the 30th, and 5 times today: `item_popularity_view_30d` is 40.

    >>> ItemPopularity("view").name
    'item_popularity_view_30d'
    """

    kinds: tuple[str, ...] = ("view",)
    days: int = 30
    hours: int | None = None
    of: str = "item"
    key: ClassVar[str] = "item_popularity"
    unit_text: ClassVar[str] = "events"

    def __post_init__(self) -> None:
        object.__setattr__(self, "kinds", self.fact.kinds)

    @cached_property
    def fact(self) -> ItemFact:
        """The fact that is read."""
        return ItemFact(self.kinds, self.days, self.hours, self.of)

    @property
    def facts(self) -> tuple[ItemFact, ...]:
        return (self.fact,)

    @property
    def name(self) -> str:
        return f"item_popularity_{self.fact.within}{kinds_slug(self.kinds)}_{self.fact.span_text}"

    @property
    def meaning(self) -> str:
        return (
            f"{kinds_words(self.kinds)} by everyone of the {self.of} touched last, in the last {self.fact.span_words}; "
            f"null if no {self.of} was touched"
        )

    @property
    def window_text(self) -> str:
        return self.fact.span_text

    @property
    def lookback(self) -> int | None:
        return None  # the last item may be old

    @property
    def reads(self) -> tuple[str, ...]:
        return KINDS

    @property
    def phrases(self) -> Phrases:
        when = f"by everyone in the last {self.fact.span_words}"
        return Phrases(
            f"{{value}} {kinds_words(self.kinds)} of the {self.of} touched last, {when}",
            one=f"1 {kind_words(self.kinds)} of the {self.of} touched last, {when}",
            none=f"no {kind_words(self.kinds)} of the {self.of} touched last, {when}",
            null=f"no {self.of} touched so far",
        )
