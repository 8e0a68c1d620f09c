"""Rolling origins: nothing that came after an origin can be learnt at it."""

from datetime import timedelta

import numpy as np
import pandas as pd
import pytest

from pipeline.made_up import START, WEEK, frame_of, run_of, shop_with
from willbuy.backtest import split_in_time
from willbuy.pipeline.origins import test_origins as roll

DAY = timedelta(days=1)


def rolled(frame: pd.DataFrame, horizon: timedelta = WEEK, lag: timedelta = DAY * 0):
    moments = [moment.to_pydatetime() for moment in frame["anchor"].drop_duplicates()]
    split = split_in_time(moments, horizon, lag)
    train = frame[frame["anchor"].isin(split.train)]
    run = run_of(shop_with(), split, train, frame[frame["anchor"] == split.test])
    roll(run)
    return run.result["origins"]


def test_the_three_weeks_before_the_test_are_tested_alike() -> None:
    found = rolled(frame_of(300, 7, seed=1))
    assert [point["anchor"][:10] for point in found["points"]] == [
        f"{START + n * WEEK:%Y-%m-%d}" for n in (3, 4, 5, 6)
    ]
    assert [point["test"] for point in found["points"]] == [False, False, False, True]
    assert [point["train_rows"] for point in found["points"]] == [900, 1200, 1500, 1800]
    for point in found["points"]:
        figures = point["figures"]
        assert figures["roc_auc"]["low"] < figures["roc_auc"]["value"] < figures["roc_auc"]["high"]
        assert figures["roc_auc"]["value"] > 0.65
    values = [point["figures"]["average_precision"]["value"] for point in found["points"]]
    over = found["over"]["average_precision"]
    assert over["mean"] == pytest.approx(np.mean(values)) and over["sd"] == pytest.approx(
        np.std(values, ddof=1)
    )
    assert over["worst"] == min(values)
    assert "tuned once" in found["note"] and "Three are wanted" not in found["note"]


@pytest.mark.parametrize("origin", [3, 4, 5])
def test_a_feature_that_is_the_label_from_the_origin_on_helps_nobody_there(origin: int) -> None:
    """`a` says nothing before the origin and is the label itself from it on: with one later row in training, AUC is 1."""
    frame = frame_of(300, 7, seed=2, skill=0.0)
    since = frame["anchor"] >= pd.Timestamp(START + origin * WEEK)
    frame["a"] = np.where(since, frame["label"], 0.0)
    auc = {point["anchor"]: point["figures"]["roc_auc"]["value"] for point in rolled(frame)["points"]}
    assert 0.4 < auc.pop((START + origin * WEEK).isoformat()) < 0.6
    before = {anchor: value for anchor, value in auc.items() if anchor < (START + origin * WEEK).isoformat()}
    assert all(0.4 < value < 0.6 for value in before.values())
    assert all(value > 0.99 for anchor, value in auc.items() if anchor not in before)


def test_labels_that_are_known_late_are_waited_for() -> None:
    """With a lag of a day the week before each origin is embargo: what tells its label helps nobody at the origin."""
    frame = frame_of(300, 7, seed=2, skill=0.0)
    since = frame["anchor"] >= pd.Timestamp(START + 3 * WEEK)
    frame["a"] = np.where(since, frame["label"], 0.0)
    found = rolled(frame, lag=DAY)
    auc = {point["anchor"][:10]: point["figures"]["roc_auc"]["value"] for point in found["points"]}
    week = [f"{START + n * WEEK:%Y-%m-%d}" for n in range(7)]
    assert list(auc) == [week[2], week[3], week[4], week[6]]  # the fifth is the embargo of the test
    assert 0.4 < auc[week[4]] < 0.6 and auc[week[6]] > 0.99


def test_a_short_log_says_how_many_there_are_and_why() -> None:
    found = rolled(frame_of(300, 3, seed=3))
    assert len(found["points"]) == 2
    assert "only one earlier moment leaves training labels before it" in found["note"]
    assert "no earlier moment leaves" in rolled(frame_of(300, 2, seed=3))["note"]


def test_an_origin_without_buyers_to_learn_from_is_left_out_with_its_reason() -> None:
    frame = frame_of(300, 5, seed=4)
    frame.loc[frame["anchor"] < pd.Timestamp(START + 2 * WEEK), "label"] = 0
    found = rolled(frame)
    assert [point["anchor"][:10] for point in found["points"]] == ["2024-01-22", "2024-01-29"]
    assert "there was too little to learn from" in found["note"]
