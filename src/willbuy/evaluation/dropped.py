"""What is left on later rows of what cross-validation of the training part promised: the drop, said by the report itself."""

from willbuy.evaluation.figures import gap
from willbuy.evaluation.result.metrics import Estimate, Interval, Metrics
from willbuy.evaluation.words import figure, interval, percent, signed_interval

APART = 0.1  # base rates that differ by more explain a part of any difference in average precision


def dropped(inner: Metrics, outer: Metrics, trained: str, tested: str) -> str:
    """One paragraph: ROC-AUC and average precision on both sides, and both base rates.

    `inner` are the out-of-fold figures of the training part, `outer` those of the test.
    """
    theirs, ours = inner["roc_auc"], outer["roc_auc"]
    if theirs["value"] is None or ours["value"] is None:
        return ""
    apart = gap(theirs, ours)
    text = (
        f"Trained on {trained}, tested on {tested}: ROC-AUC {figure(theirs['value'])} in cross-validation of the training part,"
        f" {figure(ours['value'])} ({interval(ours)}) on the test, {_judged(apart)}."
        f" Average precision {figure(inner['average_precision']['value'])} there,"
        f" {figure(outer['average_precision']['value'])} here."
    )
    return text + _rates(inner["base_rate"], outer["base_rate"])


def _judged(apart: Estimate) -> str:
    if apart["value"] is None or apart["low"] is None or apart["high"] is None:
        return "with no interval for the difference"
    chance = "within chance" if apart["low"] <= 0 <= apart["high"] else "more than chance"
    bounds = Interval(low=apart["low"], high=apart["high"])
    if apart["value"] <= 0:
        bounds = Interval(low=-apart["high"], high=-apart["low"])
    shown = interval(bounds) if (bounds["low"] or 0.0) > 0 else signed_interval(bounds)
    return (
        f"a {'drop' if apart['value'] > 0 else 'gain'} of {figure(abs(apart['value']))} ({shown}), {chance}"
    )


def _rates(inner: float | None, outer: float | None) -> str:
    if not inner or outer is None:
        return ""
    text = f" The base rate went from {percent(inner)} to {percent(outer)}"
    if abs(outer / inner - 1) <= APART:
        return f"{text}."
    return f"{text}: average precision moves with it, ROC-AUC does not."
