"""What a run says about whom to choose, and what that is worth."""

from typing import TypedDict

from willbuy.evaluation.result.metrics import Confusion, Estimate


class AtThreshold(TypedDict):
    """A threshold on the test part: it was chosen elsewhere."""

    n: int
    selected: int
    share: float
    confusion: Confusion
    precision: Estimate
    recall: Estimate
    lift: Estimate
    profit: Estimate | None  # in the currency's unit; None where the shop names no margin


class ThresholdResult(TypedDict):
    """A threshold as it was chosen, on out-of-fold predictions of the training part, and what it does on the test."""

    name: str  # "f1", "precision", "recall", "capacity", "money", "money_analytic", "fixed"
    words: str  # "the 500 best at a scoring moment"
    chosen: bool
    value: float
    selected: int
    caught: int
    positives: int
    n: int
    precision: float | None
    recall: float
    f1: float
    profit: float | None
    note: str  # why it is not as wished, or ""
    test: AtThreshold


class OfferResult(TypedDict):
    """What the thresholds were counted with."""

    threshold: str  # the name of the chosen one
    population: float  # rows of one scoring moment
    moment: str  # "at a scoring moment" or "a day"
    capacity: int | None
    margin: float | None
    cost_per_contact: float | None
    currency: str | None


class BandResult(TypedDict):
    """A band, and what it holds on the test part."""

    name: str
    low: float
    high: float
    times: float  # low over the base rate of the training part
    n: int
    positives: int
    actual: Estimate


class ProfitPoint(TypedDict):
    """The profit of contacting the best-scored share of the test rows, in the currency's unit."""

    share: float
    profit: Estimate
