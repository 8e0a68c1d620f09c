"""What a model was chosen from, and what it is made of."""

from typing import Any, NotRequired, TypedDict

from willbuy.evaluation.result.metrics import Estimate, Metrics


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
