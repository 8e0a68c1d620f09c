"""A fact about an item: how often everyone did something with it, as known at the close of the day or hour before."""

from dataclasses import dataclass
from functools import cached_property

from willbuy.errors import ShopError
from willbuy.events.canonical import KINDS
from willbuy.features.algebra.kinds import check_choice, check_kinds, kinds_slug


@dataclass(frozen=True)
class ItemFact:
    """Events of all entities on an item in the last `days` whole local days, or in the last `hours` whole hours.

    Days close at local midnight. An anchor reads what was known at the close of the day before: events that happened
    in the `days` local days before the anchor's own, and had been received by the midnight that began it. Hours, where
    they are given in the place of days, are UTC's and close in the same way. With `of` "category" it is about all
    items of a category.

    >>> ItemFact(("view",), 30).name, ItemFact(("view",), hours=24, of="category").name
    ('count_view_30d', 'count_in_category_view_24h')
    """

    kinds: tuple[str, ...]
    days: int = 30
    hours: int | None = None
    of: str = "item"

    def __post_init__(self) -> None:
        object.__setattr__(self, "kinds", check_kinds(self.kinds))
        check_choice(self.of, ("item", "category"), "thing that a fact is about")
        unit = "days" if self.hours is None else "hours"
        if not isinstance(self.span, int) or isinstance(self.span, bool) or not 1 <= self.span <= 10_000:
            raise ShopError(
                f"a fact about items looks back over 1 to 10000 whole {unit}; found {unit} = {self.span!r}"
            )

    @property
    def hourly(self) -> bool:
        """Whether it closes by the hour."""
        return self.hours is not None

    @property
    def within(self) -> str:
        """What stands in the name of a fact about a category."""
        return "" if self.of == "item" else f"in_{self.of}_"

    @property
    def span(self) -> int:
        """How many whole days, or hours, it looks back."""
        return self.days if self.hours is None else self.hours

    @property
    def span_text(self) -> str:
        """The span as names have it."""
        return f"{self.span}{'h' if self.hourly else 'd'}"

    @property
    def span_words(self) -> str:
        """The span in words.

        >>> ItemFact((), days=1).span_words, ItemFact((), hours=24).span_words
        ('whole day', '24 whole hours')
        """
        unit = "hour" if self.hourly else "day"
        return f"whole {unit}" if self.span == 1 else f"{self.span} whole {unit}s"

    @cached_property
    def name(self) -> str:
        """The name of the fact, a column of the table item x day, or item x hour."""
        return f"count_{self.within}{kinds_slug(self.kinds)}_{self.span_text}"

    @property
    def reads(self) -> tuple[str, ...]:
        """The kinds that are counted."""
        return self.kinds or KINDS
