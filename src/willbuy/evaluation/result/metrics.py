"""Figures of some rows: with intervals where they have them, None where they are undefined."""

from typing import TypedDict


class Interval(TypedDict):
    """A 95 % interval; None where it cannot be known."""

    low: float | None
    high: float | None


class Estimate(Interval):
    """A figure with its interval."""

    value: float | None


class Confusion(TypedDict):
    """Rows by decision and outcome. Chosen means probability at or above the threshold."""

    true_positive: int
    false_positive: int
    false_negative: int
    true_negative: int


class Top(TypedDict):
    """What the best-scored share of the rows holds. A tie at the border enters in proportion."""

    share: float
    n: float
    buyers: float | None
    lift: Estimate
    gain: Estimate
    precision: Estimate


class CalibrationBin(TypedDict):
    """One bin of the calibration curve: what was predicted, what happened, of how many."""

    n: int
    positives: int
    predicted: float
    actual: Estimate
    lowest: float
    highest: float


class Bootstrap(TypedDict):
    """How the intervals were made."""

    unit: str
    entities: int
    draws: int
    seed: int
    level: float


class Metrics(TypedDict):
    """What `evaluate` returns. Plain numbers have their interval under "intervals"."""

    n: int
    positives: int
    entities: int
    buyers: int  # entities with a row that bought
    base_rate: float | None
    roc_auc: Estimate
    average_precision: Estimate
    log_loss: Estimate
    average_precision_over_base: (
        Estimate  # these three: against the part's own rate given to everyone, see skill.py
    )
    brier_skill: Estimate
    log_loss_skill: Estimate
    brier: float | None
    ece: float | None
    predicted_over_actual: float | None
    calibration_slope: float | None
    threshold: float
    precision: float | None
    recall: float | None
    f1: float | None
    intervals: dict[str, Interval]
    confusion: Confusion
    top: list[Top]
    calibration: list[CalibrationBin]
    reference: dict[str, float | None]  # what blind answers would score: see evaluate.py
    bootstrap: Bootstrap
    reasons: dict[str, str]


class Figures(TypedDict):
    """The few figures of a part that is told apart from the test: an origin, a fold, a shuffled split."""

    n: int
    positives: int
    buyers: int
    base_rate: float | None
    average_precision: Estimate
    average_precision_over_base: Estimate
    roc_auc: Estimate
    log_loss: Estimate
    predicted_over_actual: Estimate


class Spread(TypedDict):
    """One metric over several parts. The worst is the farthest from 1 for predicted over actual."""

    mean: float
    worst: float
    sd: float | None
