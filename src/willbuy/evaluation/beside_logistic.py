"""The model against the plain logistic: is what it adds worth being a black box?

A model that beats every simple rule is used. Where it is not surely better than the logistic on the same test rows (the lower
bound of the paired interval is not above 0), the words say so and recommend the plain one.
"""

from collections.abc import Mapping

from willbuy.evaluation.bounds import METRIC_WORDS, PRECISE, improvement
from willbuy.evaluation.result.metrics import Estimate, Metrics
from willbuy.evaluation.result.verdict import BesideLogistic
from willbuy.evaluation.words import figure, signed, signed_interval

LOGISTIC = "logistic"
_ADVICE = '[train] candidates = ["logistic"]'


def beside_logistic(
    scores: Mapping[str, Metrics], differences: Mapping[str, Mapping[str, Estimate]], metric: str
) -> BesideLogistic | None:
    """The comparison, None where there is no logistic beside the model or no interval.

    `kind`: "better" (the interval lies above 0), "worse" (below), "no_better" (it holds 0 and is precise, see bounds.py) or
    "unsure" (it holds 0 and is wide).
    """
    if LOGISTIC not in scores or LOGISTIC not in differences:
        return None
    gap = improvement(differences[LOGISTIC][metric], metric)
    if gap["value"] is None or gap["low"] is None or gap["high"] is None:
        return None
    if gap["low"] > 0:
        return BesideLogistic(kind="better", difference=gap)
    if gap["high"] < 0:
        return BesideLogistic(kind="worse", difference=gap)
    precise = (gap["high"] - gap["low"]) / 2 <= PRECISE[metric] * abs(_value(scores, metric) or 1.0)
    return BesideLogistic(kind="no_better" if precise else "unsure", difference=gap)


def logistic_headline(headline: str, kind: str, plain: BesideLogistic | None) -> str:
    """The headline, with the plain logistic in it where a model that is worth using need not be the one.

    >>> logistic_headline("Use it.", "use", {"kind": "worse", "difference": {"value": -1, "low": -2, "high": -1}})
    'Use the plain logistic: it is better than this model.'
    """
    if plain is None or kind not in ("use", "barely") or plain["kind"] == "better":
        return headline
    if plain["kind"] == "worse":
        return "Use the plain logistic: it is better than this model."
    if plain["kind"] == "no_better":
        return f"{headline} The plain logistic does as well."
    return f"{headline} It is not surely better than the plain logistic."


def logistic_words(scores: Mapping[str, Metrics], plain: BesideLogistic | None, metric: str) -> str:
    """The sentence with the figures, and what to do; "" where there is nothing to compare."""
    if plain is None:
        return ""
    gap = plain["difference"]
    figures = (
        f"the plain logistic ({METRIC_WORDS[metric]} {figure(_value(scores, metric))}; "
        f"{'an improvement' if metric == 'log_loss' else 'a difference'} of {signed(gap['value'])},"
        f" {signed_interval(gap)})"
    )
    said = {
        "better": f"It is better than {figures}.",
        "worse": f"It is worse than {figures}. Use the plain one: {_ADVICE}.",
        "no_better": f"It is no better than {figures}. Use the plain one: {_ADVICE}.",
        "unsure": f"It is not surely better than {figures}. Until more buyers decide, the plain one will do: {_ADVICE}.",
    }
    return said[plain["kind"]]


def _value(scores: Mapping[str, Metrics], metric: str) -> float | None:
    found: Estimate = scores[LOGISTIC][metric]  # type: ignore[literal-required]
    return found["value"]
