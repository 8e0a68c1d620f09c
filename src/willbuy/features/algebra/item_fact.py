"""A fact about an item: how often everyone did something with it, as known at the close of the day before."""

from dataclasses import dataclass

from willbuy.errors import ShopError
from willbuy.events.canonical import KINDS
from willbuy.features.algebra.kinds import check_kinds, kinds_slug


@dataclass(frozen=True)
class ItemFact:
    """Events of all entities on an item in the last `days` whole local days.

    Days close at local midnight. An anchor reads what was known at the close of the day before: events that happened
    in the `days` local days before the anchor's own, and had been received by the midnight that began it.

    >>> ItemFact(("view",), 30).name
    'count_view_30d'
    """

    kinds: tuple[str, ...]
    days: int = 30

    def __post_init__(self) -> None:
        object.__setattr__(self, "kinds", check_kinds(self.kinds))
        if not isinstance(self.days, int) or isinstance(self.days, bool) or not 1 <= self.days <= 10_000:
            raise ShopError(
                f"a fact about items looks back over 1 to 10000 whole days; found days = {self.days!r}"
            )

    @property
    def name(self) -> str:
        """The name of the fact, a column of the table item x day."""
        return f"count_{kinds_slug(self.kinds)}_{self.days}d"

    @property
    def reads(self) -> tuple[str, ...]:
        """The kinds that are counted."""
        return self.kinds or KINDS
