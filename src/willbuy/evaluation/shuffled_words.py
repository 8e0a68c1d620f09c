"""The gap between a shuffled split and the honest one, in words."""

from willbuy.evaluation.bounds import METRIC_WORDS
from willbuy.evaluation.figures import gap
from willbuy.evaluation.result.metrics import Estimate, Figures
from willbuy.evaluation.words import figure, interval, percent

RATES_APART = 0.1  # base rates that differ by more explain a part of any difference in average precision


def in_words(promised: Figures, held: Figures, metric: str, *, future: bool) -> str:
    """The sentence that stands beside the two bars.

    `future`: whether the honest figures are of later days, or of other visitors of the same days.
    """
    theirs: Estimate = promised[metric]  # type: ignore[literal-required]
    ours: Estimate = held[metric]  # type: ignore[literal-required]
    word = METRIC_WORDS[metric]
    what = "the future held" if future else "visitors that the model had never seen gave"
    text = (
        f"A shuffled split would have promised {_article(word)} of {figure(theirs['value'])} ({interval(theirs)});"
        f" {what} {figure(ours['value'])} ({interval(ours)})."
    )
    return f"{text} {_judged(gap(theirs, ours), metric)}{_rates(promised, held, metric)}"


def _article(word: str) -> str:
    return f"an {word}" if word[0] in "aeiou" else f"a {word}"


def _judged(found: Estimate, metric: str) -> str:
    if found["low"] is None or found["high"] is None:
        return "With so few buyers the difference has no interval."
    low, high = (found["low"], found["high"]) if metric != "log_loss" else (-found["high"], -found["low"])
    if low > 0:
        return "Shuffling would have promised too much: the difference is more than chance."
    if high < 0:
        return "Here the shuffled split is even the stricter one."
    return "The difference is within chance: here, shuffling would not have misled much."


def _rates(promised: Figures, held: Figures, metric: str) -> str:
    """What the base rates explain: average precision rises with them, log loss as well."""
    theirs, ours = promised["base_rate"], held["base_rate"]
    if metric == "roc_auc" or not theirs or not ours or abs(theirs / ours - 1) <= RATES_APART:
        return ""
    auc = promised["roc_auc"]["value"], held["roc_auc"]["value"]
    return (
        f" Some of it is the base rate, {percent(theirs)} of the shuffled rows against {percent(ours)} of the test;"
        f" by ROC-AUC, which does not know it: {figure(auc[0])} against {figure(auc[1])}."
    )
