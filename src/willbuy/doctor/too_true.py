"""Suspicion: the trained model is too good to be true. It shows only once there is one, so it warns and leaves a doubt.

A leak that no column gives away by itself still shows in what training finds: a ROC-AUC that nobody reaches beforehand,
models of unlike kinds that agree to the third digit on a very high figure, one feature that carries all, a shuffled split
that promised far more than the future held.
"""

from typing import Any

from willbuy.doctor.finding import Finding
from willbuy.evaluation.base_rates import unlike_rates
from willbuy.evaluation.result.run import Result
from willbuy.evaluation.words import figure, interval, percent

QUESTION = "Is the trained model too good to be true?"
ROC = 0.98  # on the test
HIGH, ALIKE = 0.95, 0.005  # all candidates above the one, none farther from another than the other
SHARE = 0.75  # of all contributions to the scores
GAP = 0.05  # of ROC-AUC that a shuffled split promises beyond the test, at the interval's lower end


def too_true(result: Result) -> list[Finding]:
    """A warning for each sign, from a run's result; nothing where it lacks what a sign is read from."""
    return [*_roc(result), *_alike(result), *_one_feature(result), *_gap(result), *_rates(result)]


def _roc(result: Result) -> list[Finding]:
    found = result["test"]["roc_auc"]
    if found["value"] is None or found["value"] < ROC:
        return []
    words = f"the ROC-AUC of the test is {figure(found['value'])} ({interval(found)}): who will buy is hardly ever so plain"
    return [
        _doubt("roc_auc", words, "Look for a column that the purchase writes, the strongest first", **found)
    ]


def _alike(result: Result) -> list[Finding]:
    values = {
        one["name"]: value
        for one in result.get("candidates") or []
        if (value := one["metrics"]["roc_auc"]["value"]) is not None
    }
    if len(values) < 2 or min(values.values()) < HIGH or max(values.values()) - min(values.values()) > ALIKE:
        return []
    listed = ", ".join(f"{name} {value:.4f}" for name, value in values.items())
    words = f"models of unlike kinds have nearly the same, very high ROC-AUC ({listed}): there is something plain to be read"
    return [_doubt("alike", words, "Look for a column, or a few, from which the label can be read", **values)]


def _one_feature(result: Result) -> list[Finding]:
    means = {
        one["name"]: one["contribution"]["mean"]
        for one in result.get("features") or []
        if "contribution" in one
    }
    total = sum(means.values())
    if len(means) < 2 or not total:
        return []
    name = max(means, key=lambda one: means[one])
    share = means[name] / total
    if share < SHARE:
        return []
    words = f"{name} makes up {percent(share)} of all contributions to the scores"
    return [
        _doubt(
            f"one_feature.{name}",
            words,
            f"See when {name} is known, and what the model is without it",
            share=share,
        )
    ]


def _gap(result: Result) -> list[Finding]:
    shuffled = result.get("shuffled")
    if not shuffled:
        return []
    found = shuffled["gap"]["roc_auc"]
    if found["low"] is None or found["low"] < GAP:
        return []
    words = (
        f"a shuffled split promised {figure(found['value'])} more ROC-AUC than the test held ({interval(found)}):"
        " something is learnt by heart, or time changed the question"
    )
    return [_doubt("gap", words, "Believe the test; look for columns that name a visitor or a day", **found)]


def _rates(result: Result) -> list[Finding]:
    """A note: the verdict says the same."""
    remedy = (
        "Probabilities follow the training part's rate: calibrate anew once more of the new rate is known"
    )
    return [
        Finding("split_audit", "test_rate", "note", words.rstrip("."), remedy)
        for words in unlike_rates(result["parts"])
    ]


def _doubt(about: str, words: str, remedy: str, **proof: Any) -> Finding:
    return Finding("too_true", about, "warning", words, remedy, proof)
