"""The shape of a run's result: what train writes to result.json, what --json prints and what the report is rendered from.

Everything is JSON: numbers, text, None. A figure that is undefined is None, and says why under "reasons". Times are ISO text, UTC.
"""

from typing import Any, NotRequired, TypedDict

from willbuy.evaluation.doctor_result import DoctorResult
from willbuy.evaluation.rows_result import AnchorPoint, IngestCounts, Part, PeriodPoint, Task


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


class OverFolds(TypedDict):
    """A candidate in the metric of the choice, fold by fold on the training part; see over_folds.py and corrected_t.py."""

    metric: str
    folds: int  # that were judged, over all dealings
    dealt: int  # in one dealing
    repeats: int  # dealings
    values: list[float]
    mean: float
    sd: float | None
    difference: NotRequired[Estimate]  # minus the chosen one, paired; absent for the chosen one itself
    p: NotRequired[float | None]


class CandidateResult(TypedDict):
    """A candidate with its out-of-fold figures on the training part; the test part was not looked at."""

    name: str
    chosen: bool
    metrics: Metrics
    over_folds: NotRequired[OverFolds]


class ContributedPoint(TypedDict):
    """A row's contribution of a feature in log-odds, and where its value stands among all rows' values (0 to 1)."""

    contribution: float
    rank: float | None  # None for a null


class Contributed(TypedDict):
    """What a feature adds to the scores of the test part: the mean of its absolute contributions, in log-odds."""

    mean: float
    points: list[ContributedPoint]


class FeatureResult(TypedDict):
    """A feature, and what the model loses without it."""

    name: str
    meaning: str
    window: str | None
    unit: str | None
    importance: NotRequired[Estimate | None]  # drop of average precision when its values are shuffled
    contribution: NotRequired[Contributed]


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


class BesideLogistic(TypedDict):
    """The model against the plain logistic on the test part: the paired difference, positive where the model is better."""

    kind: str  # "better", "no_better", "unsure", "worse"
    difference: Estimate


class Verdict(TypedDict):
    """The answer in words, and the paired difference that it rests on."""

    kind: str  # "use", "barely", "no_better", "worse", "not_enough_data"
    headline: str
    sentences: list[str]
    metric: str
    rule: str | None
    difference: Estimate | None
    logistic: NotRequired[BesideLogistic]  # absent where the model is the logistic


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


class OriginPoint(TypedDict):
    """The procedure at one earlier moment, or the test itself (the last)."""

    anchor: str
    test: bool
    train_rows: int
    train_base_rate: float
    figures: Figures
    difference: Estimate | None  # from the verdict's rule at the same moment, in the verdict's metric, paired


class Spread(TypedDict):
    """One metric over several parts. The worst is the farthest from 1 for predicted over actual."""

    mean: float
    worst: float
    sd: float | None


class Origins(TypedDict):
    """Rolling origins, oldest first, the test last."""

    points: list[OriginPoint]
    over: dict[str, Spread]
    rows: int  # an origin learns from at most this many rows, entities whole
    note: str  # what the origins share, and why there are fewer than three


class FoldPoint(TypedDict):
    """One fold of a cross-validation by entity: the candidate that its own procedure chose, and its figures."""

    repeat: NotRequired[int]  # which deal, from 1, where there are several
    fold: int
    model: str
    figures: Figures


class Folds(TypedDict):
    """A cross-validation by entity, fold by fold. The test figures are those of all folds on one pile."""

    points: list[FoldPoint]
    over: dict[str, Spread]
    repeats: NotRequired[list[Figures]]  # the pile of each deal, the first being the test
    over_repeats: NotRequired[dict[str, Spread]]


class Shuffled(TypedDict):
    """What a shuffled split would have promised, beside the test."""

    promised: Figures
    held: Figures
    gap: dict[str, Estimate]  # metric -> promised minus held
    rows: int  # learnt from and tested on
    shared_share: float | None  # of the shuffled test's entities, in its training rows as well
    how: str
    words: str


class Tuning(TypedDict):
    """What the search for one candidate's settings found; see models/search.py. Figures are means over folds."""

    search: NotRequired[str]  # "optuna" or "random"
    metric: str
    trials: int
    rows: int
    buyers: int
    folds: int
    default: float | None
    best: float | None
    gain: float | None  # best minus default, better above 0
    standard_error: float | None
    moved: bool  # the best settings replaced the defaults
    words: str
    settings: dict[str, Any]  # what was kept
    outer: float  # the metric on out-of-fold predictions of the training part, settings fixed
    nested_gap: (
        float | None
    )  # inner figure of the kept settings minus outer: what searching flatters itself by


class Result(TypedDict):
    """A whole run. The NotRequired keys leave their section out of the report when absent."""

    run: str
    bundle: str
    model: str
    shop: str
    task: Task
    parts: list[Part]
    split: dict[str, Any]  # Split.describe(), and the audit of sealed.py under "audit"
    test: Metrics
    rules: dict[str, Metrics]
    verdict: Verdict
    candidates: NotRequired[list[CandidateResult]]
    tuning: NotRequired[dict[str, Tuning]]  # by candidate
    features: NotRequired[list[FeatureResult]]
    contributions: NotRequired[dict[str, Any]]  # method, base (log-odds), rows: how features were explained
    ingest: NotRequired[IngestCounts]
    anchors: NotRequired[list[AnchorPoint]]
    periods: NotRequired[list[PeriodPoint]]  # of a table whose rows are ordered, oldest first
    rule_words: NotRequired[dict[str, str]]  # rule -> what it says, where the run made a rule of its own
    differences: NotRequired[dict[str, dict[str, Estimate]]]  # rule -> metric -> model minus rule, paired
    slices: NotRequired[
        dict[str, dict[str, Metrics]]
    ]  # by what -> which -> figures of those rows: see slices.py
    offer: NotRequired[OfferResult]
    thresholds: NotRequired[list[ThresholdResult]]
    bands: NotRequired[list[BandResult]]
    profit: NotRequired[list[ProfitPoint]]  # on the test part; where the shop names a margin and a cost
    origins: NotRequired[Origins]
    folds: NotRequired[Folds]  # where the split is not in time
    shuffled: NotRequired[Shuffled]
    doctor: NotRequired[DoctorResult]
    lag_seconds: NotRequired[float]
    shop_file: NotRequired[dict[str, Any]]  # every key of it that can move a figure, defaults as well
    seeds: NotRequired[dict[str, int]]
    versions: NotRequired[dict[str, str]]
    notes: NotRequired[list[str]]
