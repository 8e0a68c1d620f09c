"""BG/NBD: how many purchases to expect of a customer, and is he still one, from his purchase days alone.

Fader, Hardie & Lee (2005), "Counting Your Customers" the Easy Way: An Alternative to the Pareto/NBD Model,
Marketing Science 24(2). While alive, a customer buys at a rate of his own (gamma with shape r and rate alpha over
customers); after each purchase he leaves for good with a chance of his own (beta with a and b). The model reads
no label: it is fitted as of an anchor on what came before it.

Of each customer: `frequency`, the number of repeat purchase days (all but the first); `recency`, days from the
first to the last; `age`, days from the first to the anchor. One purchase: frequency 0, recency 0.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from willbuy.errors import NotEnoughData

Floats = NDArray[np.float64]
FEWEST_REPEATERS = 50


@dataclass(frozen=True)
class BGNBD:
    """The four parameters: r and alpha (per day) of the buying rate, a and b of the chance to leave.

    >>> cdnow = BGNBD(r=0.243, alpha=4.414 * 7, a=0.793, b=2.426)  # the paper's, in days rather than weeks
    >>> [round(float(v), 2) for v in cdnow.expected_purchases([2, 0], [30.43 * 7, 0], [38.86 * 7] * 2, 39 * 7)]
    [1.23, 0.2]
    """

    r: float
    alpha: float
    a: float
    b: float

    def p_alive(self, frequency: ArrayLike, recency: ArrayLike, age: ArrayLike) -> Floats:
        """The probability that the customer has not left, shape (n,); 1 where there was no repeat purchase."""
        x, last, whole = _columns(frequency, recency, age)
        with np.errstate(over="ignore"):
            left = np.exp(self._log_odds_left(x, last, whole))
        return 1.0 / (1.0 + left)

    def purchase_probability(
        self, frequency: ArrayLike, recency: ArrayLike, age: ArrayLike, horizon: float
    ) -> Floats:
        """The probability of at least one purchase in the next `horizon` days, shape (n,)."""
        x, _, whole = _columns(frequency, recency, age)
        none_if_alive = np.exp((self.r + x) * -np.log1p(horizon / (self.alpha + whole)))
        return self.p_alive(frequency, recency, age) * (1.0 - none_if_alive)

    def expected_purchases(
        self, frequency: ArrayLike, recency: ArrayLike, age: ArrayLike, horizon: float
    ) -> Floats:
        """Expected purchases in the next `horizon` days, shape (n,)."""
        x, _, whole = _columns(frequency, recency, age)
        alive = self.p_alive(frequency, recency, age)
        return alive * self._expected_if_alive(x, whole, horizon)

    def columns(
        self, days: ArrayLike, first: ArrayLike, last: ArrayLike, horizon: float
    ) -> dict[str, Floats]:
        """`expected_purchases` and `p_alive`, shape (n,), from purchase days so far and the days since the first and the last.

        nan where there was no purchase.
        """
        days, first, last = (np.asarray(part, dtype=np.float64) for part in (days, first, last))
        known = (days >= 1) & np.isfinite(first) & np.isfinite(last)
        customers = (days[known] - 1, first[known] - last[known], first[known])
        found = {name: np.full(len(known), np.nan) for name in ("expected_purchases", "p_alive")}
        found["expected_purchases"][known] = self.expected_purchases(*customers, horizon)
        found["p_alive"][known] = self.p_alive(*customers)
        return found

    def _log_odds_left(self, x: Floats, last: Floats, whole: Floats) -> Floats:
        repeat = np.maximum(x, 1.0)
        gap = np.log((self.alpha + whole) / (self.alpha + last))
        log_odds: Floats = np.log(self.a / (self.b + repeat - 1)) + (self.r + x) * gap
        return np.where(x > 0, log_odds, -np.inf)

    def _expected_if_alive(self, x: Floats, whole: Floats, horizon: float) -> Floats:
        from willbuy.models.bgnbd_expected import expected_if_alive

        return expected_if_alive(self.r, self.a, self.b, self.alpha, x, whole, horizon)

    def to_dict(self) -> dict[str, float]:
        """For a manifest."""
        return asdict(self)

    @classmethod
    def from_dict(cls, values: Mapping[str, float]) -> Self:
        """From `to_dict`. Raises ValueError unless all four are finite and above 0."""
        made = cls(**{name: float(values[name]) for name in ("r", "alpha", "a", "b")})
        if not all(0 < value < np.inf for value in made.to_dict().values()):
            raise ValueError(f"BG/NBD parameters {made.to_dict()}: expected finite numbers above 0")
        return made


def _columns(frequency: ArrayLike, recency: ArrayLike, age: ArrayLike) -> tuple[Floats, Floats, Floats]:
    parts = (np.atleast_1d(np.asarray(part, dtype=np.float64)) for part in (frequency, recency, age))
    x, last, whole = np.broadcast_arrays(*parts)
    return x, last, whole


def fit_bgnbd(frequency: ArrayLike, recency: ArrayLike, age: ArrayLike) -> BGNBD:
    """Maximum likelihood with a weak prior; see `bgnbd_fit`. Raises NotEnoughData below 50 repeat buyers."""
    from willbuy.models.bgnbd_fit import fit

    x, last, whole = _columns(frequency, recency, age)
    repeaters = int((x > 0).sum())
    if repeaters < FEWEST_REPEATERS:
        raise NotEnoughData(
            f"{repeaters} of {len(x)} customers bought on more than one day; BG/NBD needs {FEWEST_REPEATERS}"
        )
    if not ((x >= 0) & (last >= 0) & (last <= whole)).all():
        raise ValueError("expected frequency >= 0 and 0 <= recency <= age in every row")
    return BGNBD(**fit(x, np.where(x > 0, last, 0.0), whole))


def bgnbd_columns(
    frame: Any,
    horizon_days: float,
    *,
    active_days: str = "active_days_purchase",
    since_first: str = "days_since_first_purchase",
    since_last: str = "days_since_last_purchase",
) -> Any:
    """Fit on the snapshots of ONE anchor and return a DataFrame of `expected_purchases` and `p_alive`.

    `frame` holds each entity's purchase days so far and the days since the first and the last; entities without
    a purchase get nulls. `.attrs["bgnbd"]` holds the parameters, or None where the shop has too few repeat buyers;
    then every value is null and `.attrs["reason"]` says why.
    """
    import pandas as pd

    days, first, last = (
        np.array(frame[name], dtype=np.float64) for name in (active_days, since_first, since_last)
    )
    known = (days >= 1) & np.isfinite(first) & np.isfinite(last)
    columns = pd.DataFrame(
        {"expected_purchases": np.nan, "p_alive": np.nan}, index=frame.index, dtype=np.float64
    )
    columns.attrs = {"bgnbd": None, "reason": None}
    x, recency, age = days[known] - 1, first[known] - last[known], first[known]
    try:
        model = fit_bgnbd(x, recency, age)
    except NotEnoughData as error:
        columns.attrs["reason"] = str(error)
        return columns
    columns.attrs["bgnbd"] = model.to_dict()
    return columns.assign(**model.columns(days, first, last, horizon_days))
