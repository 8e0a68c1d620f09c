"""Every threshold that a shop's `[offer]` allows, and the one that it asks for, on one set of calibrated predictions."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from willbuy.offers.capacity import by_capacity
from willbuy.offers.cuts import Cuts
from willbuy.offers.f1 import by_f1
from willbuy.offers.money import Money, analytic, by_money
from willbuy.offers.named import Named
from willbuy.offers.precision import by_precision
from willbuy.offers.recall import by_recall
from willbuy.offers.say import amount, share
from willbuy.offers.threshold import Threshold

if TYPE_CHECKING:
    from willbuy.shop import Offer


@dataclass(frozen=True)
class Offered:
    """The thresholds by name, which of them was asked for, and what money is counted with."""

    thresholds: tuple[Named, ...]
    asked: str
    population: float
    money: Money | None = None

    @property
    def chosen(self) -> Named:
        """The threshold that was asked for."""
        return next(named for named in self.thresholds if named.name == self.asked)

    def profit(self, threshold: Threshold) -> float | None:
        """Its profit on the rows it was chosen on, in the currency's unit; None where no money is known."""
        return self.money.earned(threshold.caught, threshold.selected) if self.money else None

    def to_list(self) -> list[dict[str, Any]]:
        """For the manifest."""
        return [
            {
                "name": named.name,
                "chosen": named.name == self.asked,
                **named.threshold.to_dict(),
                "profit": self.profit(named.threshold),
                "note": named.note,
            }
            for named in self.thresholds
        ]


def offered(offer: "Offer", probability: NDArray[np.float64], y: NDArray[Any], population: float) -> Offered:
    """What an `[offer]` comes to on calibrated probabilities (n,) with outcomes (n,) that no model was fitted on.

    `population` is how many rows one scoring moment holds. Raises NotEnoughData where nobody buys.
    """
    cuts, money = Cuts.of(probability, y), money_of(offer)
    found = [Named("f1", by_f1(cuts))]
    if offer.precision is not None:
        found.append(by_precision(cuts, offer.precision))
    if offer.recall is not None:
        found.append(by_recall(cuts, offer.recall))
    if offer.capacity is not None:
        found.append(by_capacity(cuts, offer.capacity, population))
    if money is not None:
        found += [by_money(cuts, money), analytic(cuts, money)]
    asked = offer.threshold if isinstance(offer.threshold, str) else "fixed"
    if not isinstance(offer.threshold, str):
        found.append(Named("fixed", cuts.above(offer.threshold)))
    return Offered(tuple(found), asked, population, money)


def money_of(offer: "Offer") -> Money | None:
    """The money of an `[offer]`, None where it names none."""
    if offer.margin is None or offer.cost_per_contact is None:
        return None
    return Money.of(offer.margin, offer.cost_per_contact, offer.currency)


def words_of(name: str, offer: "Offer", moment: str = "at a scoring moment") -> str:
    """What a threshold was chosen for.

    >>> from willbuy.shop import Offer
    >>> words_of("capacity", Offer(capacity=500))
    'the 500 best at a scoring moment'
    """
    words = {
        "f1": "the greatest F1",
        "precision": f"a precision of {share(offer.precision or 0.0)}",
        "recall": f"a recall of {share(offer.recall or 0.0)}",
        "capacity": f"the {offer.capacity or 0:,} best {moment}",
        "fixed": "as the shop file says",
    }
    if (money := money_of(offer)) is not None:
        words |= {
            "money": f"the greatest profit at a margin of {amount(offer.margin or 0.0, money.currency)}"
            f" and {amount(offer.cost_per_contact or 0.0, money.currency)} a contact",
            "money_analytic": "where theory says that a contact earns its cost",
        }
    return words[name]
