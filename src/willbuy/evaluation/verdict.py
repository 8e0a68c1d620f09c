"""The answer in words: is the model worth using, compared with the best simple rule, on the paired interval?

The words follow from the figures by fixed bounds that stand in bounds.py, so that two runs with the same figures get the same words.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

from willbuy.evaluation.beside_logistic import LOGISTIC, beside_logistic, logistic_headline, logistic_words
from willbuy.evaluation.bounds import (
    CALIBRATED,
    FEWEST_BUYERS,
    MATERIAL,
    METRIC_WORDS,
    PRECISE,
    improvement,
)
from willbuy.evaluation.result.metrics import Estimate, Metrics
from willbuy.evaluation.result.verdict import Verdict
from willbuy.evaluation.words import count, figure, interval, percent, share, signed, signed_interval


def verdict(
    model: Metrics,
    rules: Mapping[str, Metrics],
    differences: Mapping[str, Mapping[str, Estimate]],
    *,
    metric: str = "average_precision",
    rule_words: Mapping[str, str] | None = None,
    train_base_rate: float | None = None,
    split_note: str = "",
) -> Verdict:
    """Say what the test figures mean. `differences` is `SideBySide.differences("model")`.

    The plain logistic is no rule: where it stands among `rules` under "logistic", it is compared by itself (see beside_logistic.py).
    `kind` is "use", "barely", "no_better", "worse" or "not_enough_data"; `difference` is the improvement on the rule that
    is hardest to beat, positive where the model is better. `train_base_rate` explains a shift of the base rate;
    `split_note` is `Split.note`, said where the split is not in time.
    """
    simple = {name: found for name, found in rules.items() if name != LOGISTIC}
    gaps = {name: found for name, found in differences.items() if name != LOGISTIC}
    case = Case(model, simple, gaps, metric, rule_words or {}, future=not split_note)
    plain = beside_logistic(rules, differences, metric)
    said = (
        split_note,
        case.figures(),
        logistic_words(rules, plain, metric),
        reach(model),
        shift(model, train_base_rate),
    )
    found = Verdict(
        kind=case.kind,
        headline=logistic_headline(case.headline(), case.kind, plain),
        sentences=[sentence for sentence in said if sentence],
        metric=metric,
        rule=case.rule,
        difference=case.gap,
    )
    return found if plain is None else Verdict(**found, logistic=plain)


@dataclass(frozen=True)
class Case:
    """The model against the rule that is hardest to beat."""

    model: Metrics
    rules: Mapping[str, Metrics]
    differences: Mapping[str, Mapping[str, Estimate]]
    metric: str
    words: Mapping[str, str] = field(default_factory=dict)
    future: bool = True

    @cached_property
    def rule(self) -> str | None:
        """The rule with the smallest improvement on it; first of all one that is not surely beaten."""
        known = {name: gap for name, gap in self._improvements.items() if gap["value"] is not None}
        return min(known, key=lambda name: (_surely(known[name]), known[name]["value"] or 0.0), default=None)

    @cached_property
    def _improvements(self) -> dict[str, Estimate]:
        gaps = {name: of[self.metric] for name, of in self.differences.items()}
        return {name: improvement(gap, self.metric) for name, gap in gaps.items()}

    @cached_property
    def gap(self) -> Estimate | None:
        """The improvement on the rule: more is better, whatever the metric."""
        return None if self.rule is None else self._improvements[self.rule]

    @cached_property
    def known(self) -> tuple[float, float, float] | None:
        """(value, low, high) of the improvement, where it has an interval."""
        if (
            self.gap is None
            or self.gap["value"] is None
            or self.gap["low"] is None
            or self.gap["high"] is None
        ):
            return None
        return self.gap["value"], self.gap["low"], self.gap["high"]

    @cached_property
    def scale(self) -> float:
        """The rule's own value: what an improvement is large or small against."""
        return abs(_value(self.rules[self.rule], self.metric) or 1.0) if self.rule else 1.0

    @cached_property
    def kind(self) -> str:
        """The verdict in one key."""
        rarer = min(self.model["buyers"], self.model["n"] - self.model["positives"])
        if self.known is None or rarer < FEWEST_BUYERS:
            return "not_enough_data"
        value, low, high = self.known
        if high < 0:
            return "worse"
        if low > 0:
            return "use" if value >= MATERIAL[self.metric] * self.scale else "barely"
        return "no_better" if (high - low) / 2 <= PRECISE[self.metric] * self.scale else "not_enough_data"

    @property
    def name(self) -> str:
        """The rule in words."""
        return f"“{self.words.get(self.rule, self.rule)}”" if self.rule else "no rule"

    def headline(self) -> str:
        """The verdict in one line, for large letters."""
        lines = {
            "use": self._use(),
            "barely": f"Barely better than the rule {self.name}.",
            "no_better": f"No better than the rule {self.name}. Use the rule.",
            "worse": f"Worse than the rule {self.name}. Use the rule.",
        }
        return lines.get(self.kind) or self._not_enough()

    def _use(self) -> str:
        if not self.future:
            return "Better than every simple rule, but not tested on the future."
        return "Use it." if self._believable() else "Use it to rank; its probabilities are off."

    def _believable(self) -> bool:
        """Whether as many bought as were promised: within 0.9 to 1.1, or not surely outside."""
        ratio, bounds = self.model["predicted_over_actual"], self.model["intervals"]["predicted_over_actual"]
        inside = ratio is None or CALIBRATED[0] <= ratio <= CALIBRATED[1]
        return (
            inside or bounds["low"] is None or bounds["high"] is None or bounds["low"] <= 1 <= bounds["high"]
        )

    def _not_enough(self) -> str:
        found = self.model["buyers"]
        buyers = f"{count(found)} buyer{'' if found == 1 else 's'}"
        if self.known is None:
            rows = count(self.model["n"])
            return f"Not enough data: {buyers} among {rows} rows give no interval at all. {self._wait(FEWEST_BUYERS)}"
        value, low, high = self.known
        half = (high - low) / 2
        aim = max(abs(value), PRECISE[self.metric] * self.scale)
        needed = math.ceil(found * (half / aim) ** 2)  # an interval shrinks with the root of the buyers
        return f"Not enough data: {buyers} give an interval of ±{figure(half)}. {self._wait(max(needed, FEWEST_BUYERS))}"

    def _wait(self, needed: int) -> str:
        return f"Wait for about {count(max(needed - self.model['buyers'], 1))} more."

    def figures(self) -> str:
        """The two figures and the difference that the verdict rests on."""
        if self.gap is None or self.rule is None:
            return f"The test part holds {count(self.model['buyers'])} buyers among {count(self.model['entities'])} entities."
        own: Estimate = self.model[self.metric]  # type: ignore[literal-required]
        theirs = _value(self.rules[self.rule], self.metric)
        word = "an improvement" if self.metric == "log_loss" else "a difference"
        return (
            f"The model’s {METRIC_WORDS[self.metric]} is {figure(own['value'])} ({interval(own)}),"
            f" that of the rule {self.name} {figure(theirs)}:"
            f" {word} of {signed(self.gap['value'])} ({signed_interval(self.gap)})."
        )


def reach(model: Metrics, of: float = 0.10) -> str:
    """What the best-scored tenth holds: the sentence that a manager takes away."""
    top = next((top for top in model["top"] if top["share"] == of), None)
    if top is None or top["gain"]["value"] is None:
        return ""
    return (
        f"The best-scored {share(of)} ({count(top['n'])} of {count(model['n'])}) hold"
        f" {percent(top['gain']['value'])} of those that bought,"
        f" {figure(top['lift']['value'], 1)} times as many as a random pick of the same size."
    )


def shift(model: Metrics, train_base_rate: float | None) -> str:
    """Why the probabilities are off, where predicted over actual is outside 0.9 to 1.1; else ""."""
    ratio, bounds = model["predicted_over_actual"], model["intervals"]["predicted_over_actual"]
    if ratio is None or CALIBRATED[0] <= ratio <= CALIBRATED[1]:
        return ""
    direction = "high" if ratio > 1 else "low"
    text = (
        f"The probabilities are too {direction} on the test part:"
        f" {figure(ratio, 2)} buyers predicted for each that bought ({interval(bounds, 2)})."
    )
    if train_base_rate is not None and model["base_rate"] is not None:
        rates = f"from {percent(train_base_rate)} in training to {percent(model['base_rate'])} in the test"
        if (ratio > 1) == (train_base_rate > model["base_rate"]):
            text += f" The base rate shifted {rates}."
        else:
            text += f" The base rate went {rates}: that does not explain it."
    if bounds["low"] is not None and bounds["high"] is not None and bounds["low"] <= 1 <= bounds["high"]:
        text += " The interval holds 1: it may be chance."
    return text


def _surely(gap: Estimate) -> bool:
    return gap["low"] is not None and gap["low"] > 0


def _value(metrics: Metrics, metric: str) -> float | None:
    found: Estimate = metrics[metric]  # type: ignore[literal-required]
    return found["value"]
