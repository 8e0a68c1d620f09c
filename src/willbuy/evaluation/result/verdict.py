"""The answer in words, and what it rests on."""

from typing import NotRequired, TypedDict

from willbuy.evaluation.result.metrics import Estimate


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
