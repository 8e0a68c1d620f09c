"""The model against the plain logistic: the words follow from the paired interval."""

import pytest

from evaluation.test_verdict import say, shop
from willbuy.evaluation.beside_logistic import beside_logistic
from willbuy.evaluation.evaluate import SideBySide
from willbuy.evaluation.result.metrics import Estimate


def with_logistic(gap: Estimate | None, skill: float = 0.2) -> SideBySide:
    """A model far above a rule, and a logistic whose paired difference is given."""
    beside = shop(20_000, 0.1, 1.0, skill)
    beside.metrics["logistic"] = beside.metrics["model"]
    beside.values["logistic"], beside.draws["logistic"] = beside.values["model"], beside.draws["model"]
    real = beside.differences

    def differences(score: str) -> dict[str, dict[str, Estimate]]:
        found = real(score)
        if gap is not None:
            found["logistic"] = dict.fromkeys(found["logistic"], gap)
        return found

    object.__setattr__(beside, "differences", differences)
    return beside


@pytest.mark.parametrize(
    ("gap", "kind", "headline", "advice"),
    [
        ((0.02, 0.01, 0.03), "better", "Use it.", "It is better than the plain logistic"),
        (
            (0.001, -0.01, 0.012),
            "no_better",
            "Use it. The plain logistic does as well.",
            "Use the plain one: ",
        ),
        (
            (0.05, -0.1, 0.2),
            "unsure",
            "Use it. It is not surely better than the plain logistic.",
            "will do: ",
        ),
        (
            (-0.02, -0.03, -0.01),
            "worse",
            "Use the plain logistic: it is better than this model.",
            "It is worse",
        ),
    ],
)
def test_each_case_has_its_words(
    gap: tuple[float, float, float], kind: str, headline: str, advice: str
) -> None:
    found = say(with_logistic(Estimate(value=gap[0], low=gap[1], high=gap[2])))
    assert found["kind"] == "use" and found["rule"] == "recency"  # the verdict against the rules stands
    assert found["logistic"]["kind"] == kind and found["headline"] == headline
    assert advice in found["sentences"][1]


def test_less_log_loss_is_better() -> None:
    gap = Estimate(value=-0.02, low=-0.03, high=-0.01)
    found = say(with_logistic(gap), metric="log_loss")
    assert found["logistic"]["kind"] == "better" and found["logistic"]["difference"]["low"] == 0.01


def test_a_model_that_no_rule_fears_is_not_saved_by_the_logistic() -> None:
    found = say(with_logistic(Estimate(value=0.0, low=-0.01, high=0.01), skill=1.0))
    assert found["kind"] != "use" and "logistic" not in found["headline"]


def test_nothing_is_said_where_the_model_is_the_logistic() -> None:
    found = say(shop(20_000, 0.1, 1.0, 0.2))
    assert "logistic" not in found and "logistic" not in " ".join(found["sentences"])


def test_no_interval_is_no_comparison() -> None:
    beside = with_logistic(None)
    gaps = {"logistic": {"roc_auc": Estimate(value=0.1, low=None, high=None)}}
    assert beside_logistic(beside.metrics, gaps, "roc_auc") is None
