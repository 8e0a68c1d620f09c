"""Money: what a reached buyer is worth and what a contact costs, counted in whole ten-thousandths.

Profit here is margin x chosen buyers - cost x chosen rows: what acting would bring *if every chosen buyer is worth the
margin*. Many of them would have bought anyway; what an action adds, only a control group shows.
"""

from dataclasses import dataclass
from decimal import Decimal

import numpy as np

from willbuy.offers.cuts import Cuts, Ints
from willbuy.offers.named import Named
from willbuy.offers.say import amount, share

UNITS = 10_000  # of one unit of the currency: a contact may cost a fraction of a cent


@dataclass(frozen=True)
class Money:
    """The margin per chosen buyer and the cost per chosen row, in ten-thousandths of the currency's unit.

    >>> Money.of(margin=12.5, cost_per_contact=0.25, currency="EUR")
    Money(margin=125000, cost=2500, currency='EUR')
    """

    margin: int
    cost: int
    currency: str | None = None

    @classmethod
    def of(cls, margin: float, cost_per_contact: float, currency: str | None = None) -> "Money":
        """From amounts in the currency's unit."""
        return cls(units(margin), units(cost_per_contact), currency)

    @property
    def break_even(self) -> float:
        """cost / margin: from this probability on a contact is worth its cost (Elkan 2001, for these two costs)."""
        return self.cost / self.margin

    def profit(self, caught: Ints, selected: Ints) -> Ints:
        """margin x caught - cost x selected, in ten-thousandths, exactly."""
        return self.margin * np.asarray(caught, dtype=np.int64) - self.cost * np.asarray(
            selected, dtype=np.int64
        )

    def earned(self, caught: int, selected: int) -> float:
        """The same of one choice, in the currency's unit.

        >>> Money.of(margin=10, cost_per_contact=0.1).earned(caught=3, selected=100)
        20.0
        """
        return int(self.profit(np.array(caught), np.array(selected))) / UNITS


def units(value: float) -> int:
    """An amount in whole ten-thousandths; what lies below them is refused in the shop file."""
    return int(Decimal(repr(float(value))) * UNITS)


def by_money(cuts: Cuts, money: Money) -> Named:
    """The cut of the greatest profit; the one with fewer contacts among equals.

    Where no cut earns anything, cost / margin is the threshold, with a note that says so.

    >>> cuts = Cuts.of(np.array([0.9, 0.6, 0.4, 0.1]), np.array([1, 0, 1, 0]))
    >>> by_money(cuts, Money.of(margin=10, cost_per_contact=4)).threshold.selected
    3
    """
    profit = money.profit(cuts.caught, cuts.selected)
    best = int(np.argmax(profit))
    if profit[best] > 0:
        return Named("money", cuts.at(best))
    chosen = cuts.at(best)
    return Named(
        "money",
        cuts.above(money.break_even),
        f"no threshold earned its cost: at best {amount(money.earned(chosen.caught, chosen.selected), money.currency)}"
        f" ({chosen.caught:,} buyers in {chosen.selected:,} contacts). The threshold is cost / margin,"
        f" {share(money.break_even)}",
    )


def analytic(cuts: Cuts, money: Money) -> Named:
    """The threshold that theory gives where probabilities can be believed: cost / margin."""
    return Named("money_analytic", cuts.above(money.break_even))
