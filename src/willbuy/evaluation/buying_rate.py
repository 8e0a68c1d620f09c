"""The log's own buying rate: how often an entity bought per day that it has been known, smoothed to the shop's rate."""

from dataclasses import dataclass

import numpy as np

from willbuy.evaluation.resample import Floats


@dataclass(frozen=True)
class BuyingRate:
    """The shop's rate (purchases a day) and the days of it that every entity is lent.

    It is the posterior mean of a Poisson rate under a gamma prior of that mean and weight: who is new has nearly the shop's
    rate, who has been known for long his own.
    """

    rate: float
    days: float

    @classmethod
    def learn(cls, purchases: Floats, days: Floats) -> "BuyingRate":
        """From purchases so far (n,) and days known (n,) of the training rows; null days are left out.

        The weight is the mean of the days known.

        >>> BuyingRate.learn(np.array([2.0, 0.0]), np.array([10.0, 30.0]))
        BuyingRate(rate=0.05, days=20.0)
        """
        known = ~np.isnan(days)
        total = float(days[known].sum())
        if total <= 0:
            return cls(rate=0.0, days=1.0)
        return cls(rate=float(purchases[known].sum()) / total, days=total / int(known.sum()))

    def of(self, purchases: Floats, days: Floats) -> Floats:
        """Purchases a day (n,): (purchases + rate x days lent) / (days known + days lent); null where days are.

        >>> BuyingRate(rate=0.05, days=20.0).of(np.array([1.0, 0.0]), np.array([0.0, 20.0])).tolist()
        [0.1, 0.025]
        """
        smoothed: Floats = (purchases + self.rate * self.days) / (days + self.days)
        return smoothed
