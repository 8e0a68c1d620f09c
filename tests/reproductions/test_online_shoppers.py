"""The published figures of Online Shoppers come out again, and what is wrong with them is shown on the same rows."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from sklearn.metrics import roc_auc_score

from willbuy.errors import SourceError
from willbuy.reproductions import online_shoppers, reproduce
from willbuy.reproductions.online_shoppers import TARGET, WANTED


@pytest.fixture(scope="module")
def frame(shared_data: Path) -> Any:
    return WANTED.read(shared_data / "uci_online_shoppers" / WANTED.name)


def test_the_published_test_figure_comes_out_with_the_published_C(frame: Any) -> None:
    train, test = online_shoppers.published_split(frame)
    assert (len(frame), len(train) + len(test)) == (12_330, 12_205)
    model = online_shoppers.published_model(C=0.0108263673)
    model.fit(online_shoppers.published_columns(train), train[TARGET])
    scored = model.predict_proba(online_shoppers.published_columns(test))[:, 1]
    assert roc_auc_score(test[TARGET], scored) == pytest.approx(0.90487, abs=5e-6)


@pytest.mark.gate
def test_the_published_search_comes_out(frame: Any) -> None:
    search = online_shoppers.published_search(online_shoppers.published_split(frame).train)
    assert search.best_score_ == pytest.approx(0.89245, abs=5e-6)
    assert search.best_params_["logistic__C"] == pytest.approx(0.0108263673, abs=1e-9)


class Reached(Exception):
    """Everything before ours is learnt is done."""


def test_later_months_have_no_part_in_the_search_before_them(shared_data: Path, monkeypatch: Any) -> None:
    searched: list[set[str]] = []
    scored: list[float] = []

    def search(train: Any) -> SimpleNamespace:
        searched.append(set(train["Month"]))
        return SimpleNamespace(best_params_={"logistic__C": float(len(searched))})

    def score(split: Any, C: float, drop: Any = ()) -> Any:
        scored.append(C)
        return np.zeros(len(split.test))

    def ours(*_: Any, **__: Any) -> None:
        if len(scored) == 3:
            raise Reached

    for name, stub in (("published_search", search), ("published_scores", score), ("hold_ours_out", ours)):
        monkeypatch.setattr(online_shoppers, name, stub)
    with pytest.raises(Reached):
        online_shoppers.run([shared_data / "uci_online_shoppers" / WANTED.name], lambda _: None)
    assert scored == [1.0, 1.0, 2.0]
    assert "Nov" in searched[0] and not searched[1] & {"Nov", "Dec"}


def test_page_values_stop_being_necessary(frame: Any) -> None:
    assert list(online_shoppers.without_suspect(frame)["figures"].values()) == [560, 0, 1348, 370]


def test_another_file_is_refused_by_what_it_lacks(tmp_path: Path) -> None:
    other = tmp_path / "other.csv"
    other.write_text("Month,Revenue\nFeb,TRUE\n", encoding="utf-8")
    with pytest.raises(SourceError, match="no column PageValues, VisitorType, Weekend: expected online_shop"):
        reproduce("online_shoppers", [other])
    with pytest.raises(SourceError, match="none was given: it is data set 468"):
        reproduce("online_shoppers")


def test_columns_of_the_published_model_are_sums(frame: Any) -> None:
    found = online_shoppers.published_columns(frame.head(300))
    ratio = found["TotalDuration"] / (found["TotalPages"] + 1)
    assert np.allclose(found["DurationPerPage"], ratio)
    assert (found["TotalPages"] >= found["ProductRelated"]).all()
