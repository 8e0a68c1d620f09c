"""Too good to be true, after training: each sign alone, and none on a run as it should be."""

from copy import deepcopy
from typing import Any

import pytest

from willbuy.doctor.diagnosis import Diagnosis
from willbuy.doctor.too_true import too_true


def estimate(value: float, half: float = 0.01) -> dict[str, float]:
    return {"value": value, "low": value - half, "high": value + half}


def result() -> Any:
    """As much of a good run as the signs are read from."""
    return {
        "test": {"roc_auc": estimate(0.86)},
        "candidates": [
            {"name": name, "metrics": {"roc_auc": estimate(value)}}
            for name, value in (("logistic", 0.861), ("forest", 0.862), ("xgboost", 0.863))
        ],
        "features": [
            {"name": name, "contribution": {"mean": mean, "points": []}}
            for name, mean in (("a", 0.5), ("b", 0.4))
        ],
        "shuffled": {"gap": {"roc_auc": estimate(0.02)}},
        "parts": [
            {"part": name, "n": 2000, "positives": 80, "base_rate": rate}
            for name, rate in (("train", 0.04), ("test", 0.045))
        ],
    }


def test_a_good_run_has_no_sign() -> None:
    assert too_true(result()) == []


@pytest.mark.parametrize(
    ("path", "value", "name"),
    [
        (("test", "roc_auc"), estimate(0.991, 0.004), "too_true:roc_auc"),
        (("features", 0, "contribution", "mean"), 4.0, "too_true:one_feature.a"),
        (("shuffled", "gap", "roc_auc"), estimate(0.12, 0.03), "too_true:gap"),
        (("parts", 1, "base_rate"), 0.09, "split_audit:test_rate"),
    ],
)
def test_each_sign_alone(path: tuple[Any, ...], value: Any, name: str) -> None:
    found = result()
    inside = found
    for step in path[:-1]:
        inside = inside[step]
    inside[path[-1]] = value
    [sign] = too_true(found)
    assert sign.name == name and sign.grade == ("note" if name == "split_audit:test_rate" else "warning")


def test_unlike_models_that_agree_on_a_very_high_figure() -> None:
    found = result()
    for one, value in zip(found["candidates"], (0.9712, 0.9703, 0.9721), strict=True):
        one["metrics"]["roc_auc"] = estimate(value)
    [sign] = too_true(found)
    assert sign.name == "too_true:alike" and "logistic 0.9712, forest 0.9703" in sign.words
    apart = deepcopy(found)
    apart["candidates"][0]["metrics"]["roc_auc"] = estimate(0.955)
    assert too_true(apart) == []


def test_a_result_without_what_a_sign_is_read_from_has_none() -> None:
    assert too_true({"test": {"roc_auc": {"value": None}}, "parts": []}) == []  # type: ignore[typeddict-item]


def test_a_sign_is_a_doubt_until_it_is_accepted() -> None:
    found = result()
    found["test"]["roc_auc"] = estimate(0.99)
    signs = tuple(too_true(found))
    assert Diagnosis(signs).doubts == ["too_true:roc_auc"]
    assert Diagnosis(signs, accept={"too_true:roc_auc": "a warranty question, known beforehand"}).doubts == []
