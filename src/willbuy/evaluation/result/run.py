"""The shape of a run's result: what train writes to result.json, what --json prints and what the report is rendered from.

Everything is JSON: numbers, text, None. A figure that is undefined is None, and says why under "reasons". Times are ISO text, UTC.
"""

from typing import Any, NotRequired, TypedDict

from willbuy.evaluation.result.decision import BandResult, OfferResult, ProfitPoint, ThresholdResult
from willbuy.evaluation.result.doctor import DoctorResult
from willbuy.evaluation.result.elsewhere import Folds, Origins, Shuffled
from willbuy.evaluation.result.metrics import Estimate, Metrics
from willbuy.evaluation.result.model import CandidateResult, FeatureResult, Tuning
from willbuy.evaluation.result.rows import AnchorPoint, IngestCounts, Part, PeriodPoint, Task
from willbuy.evaluation.result.verdict import Verdict


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
