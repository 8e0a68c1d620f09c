"""The split object: whatever the anchors, nothing of the training part may know the test part."""

from datetime import datetime, timedelta

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from willbuy.backtest import (
    EMBARGO,
    TEST,
    TRAIN,
    FoldSplit,
    Origin,
    TimeSplit,
    origins_in_time,
    rolling_origins,
    rolling_sessions,
    split_by_fold,
    split_in_time,
    split_sessions,
)
from willbuy.durations import Duration
from willbuy.errors import NotEnoughData, SplitError

DAY = timedelta(days=1)
START = datetime(2024, 1, 1)
moments = st.datetimes(min_value=datetime(2000, 1, 1), max_value=datetime(2030, 1, 1))
spans = st.timedeltas(min_value=timedelta(microseconds=1), max_value=timedelta(days=2000))
lags = st.timedeltas(min_value=timedelta(0), max_value=timedelta(days=400))


@given(st.lists(moments, max_size=40), spans, lags)
def test_no_training_label_reaches_past_the_test_anchor(
    anchors: list[datetime], horizon: timedelta, lag: timedelta
) -> None:
    try:
        split = split_in_time(anchors, horizon, lag)
    except NotEnoughData:
        assert not any(anchor + horizon + lag <= max(anchors) for anchor in anchors)
        return
    assert max(split.train) + horizon + lag <= split.test == max(anchors)
    assert all(anchor + horizon + lag > split.test for anchor in split.embargoed)
    assert sorted({*split.train, *split.embargoed, split.test}) == sorted(set(anchors))
    rows = pd.DataFrame({"anchor": pd.Series(anchors, dtype="datetime64[us]"), "entity_key": 1})
    parts = split.parts(rows)
    assert [rows["anchor"][i].to_pydatetime() for i in np.flatnonzero(parts == TEST)] == [
        anchor for anchor in anchors if anchor == split.test
    ]


def test_the_boundary_itself_is_training_and_one_microsecond_more_is_embargo() -> None:
    horizon, lag = 7 * DAY, DAY
    test = START + 30 * DAY
    just = test - horizon - lag
    split = split_in_time([START, just, just + timedelta(microseconds=1), test], horizon, lag)
    assert split.train == (START, just)
    assert split.embargoed == (just + timedelta(microseconds=1),)


def test_a_split_made_by_hand_that_looks_ahead_is_refused() -> None:
    with pytest.raises(SplitError, match="embargo"):
        TimeSplit(train=(START,), embargoed=(), test=START + 6 * DAY, horizon=7 * DAY, lag=timedelta(0))


def test_too_short_a_log_says_so() -> None:
    with pytest.raises(NotEnoughData, match="no training anchor lies 7 days"):
        split_in_time([START, START + DAY], Duration.parse("7d"), timedelta(0))
    with pytest.raises(NotEnoughData, match="no anchor has matured"):
        split_in_time([], Duration.parse("7d"), timedelta(0))


def test_a_row_of_a_stray_anchor_is_refused() -> None:
    split = split_in_time([START, START + 9 * DAY], 7 * DAY, timedelta(0))
    rows = pd.DataFrame({"anchor": [pd.Timestamp(START + DAY)], "entity_key": [1]})
    with pytest.raises(SplitError, match="in no part"):
        split.parts(rows)


def test_zoned_anchors_and_negative_spans_are_refused() -> None:
    with pytest.raises(SplitError, match="naive UTC"):
        split_in_time([pd.Timestamp("2024-01-01", tz="UTC").to_pydatetime()], 7 * DAY, timedelta(0))
    with pytest.raises(SplitError, match="horizon"):
        split_in_time([START], timedelta(0), timedelta(0))
    with pytest.raises(SplitError, match="lag"):
        split_in_time([START], DAY, -DAY)


def test_rolling_origins_are_the_splits_of_earlier_days() -> None:
    anchors = [START + 7 * n * DAY for n in range(6)]
    splits = rolling_origins(anchors, 7 * DAY, timedelta(0))
    assert [split.test for split in splits] == anchors[:2:-1]
    assert [len(split.train) for split in splits] == [5, 4, 3]
    assert rolling_origins(anchors[:1], 7 * DAY, timedelta(0)) == []
    assert len(rolling_origins(anchors[:2], 7 * DAY, timedelta(0))) == 1


def test_origins_lie_a_horizon_apart_so_that_a_purchase_counts_once() -> None:
    anchors = [START + n * DAY for n in range(40)]
    splits = rolling_origins(anchors, 7 * DAY, timedelta(0))
    assert [split.test for split in splits] == [START + n * DAY for n in (39, 32, 25)]


@given(
    st.lists(st.integers(0, 60), min_size=2, max_size=30, unique=True), st.integers(1, 9), st.integers(0, 3)
)
def test_no_training_label_of_an_origin_reaches_past_it(days: list[int], horizon: int, lag: int) -> None:
    """And none of its rows is the test's, or later: the test part stays out of it."""
    anchors = [START + day * DAY for day in days]
    try:
        split = split_in_time(anchors, horizon * DAY, lag * DAY)
    except NotEnoughData:
        return
    rows = pd.DataFrame({"anchor": pd.Series(list(split.train) * 2, dtype="datetime64[us]")})
    for origin in origins_in_time(split, rows, count=4):
        known = rows["anchor"] + (horizon + lag) * DAY
        assert (known[origin.train] <= origin.moment).all() and origin.train.any()
        assert (rows["anchor"][origin.test] == origin.moment).all() and origin.test.any()
        assert origin.moment + (horizon + lag) * DAY <= split.test


def test_an_origin_that_knows_too_much_is_refused() -> None:
    known = np.array([0, 10], dtype=np.int64)
    origin = Origin(datetime(1970, 1, 1), train=np.array([True, True]), test=np.array([False, False]))
    with pytest.raises(SplitError, match="1 training rows of the origin"):
        origin.check(known)


def test_origins_of_sessions_train_on_what_had_closed() -> None:
    rows = sessions(200, timedelta(minutes=10), timedelta(minutes=5))
    split = split_sessions(rows)
    train = rows[split.parts(rows) == TRAIN]
    origins = rolling_sessions(split, train)
    assert len(origins) == 3
    until = split.cutoff
    for origin in origins:
        assert (train["closes"][origin.train] <= origin.moment).all()
        assert (train["anchor"][origin.test] >= origin.moment).all()
        assert (train["closes"][origin.test] <= until).all()
        until = origin.moment


@given(st.lists(st.integers(0, 10**12), min_size=2, max_size=100), st.integers(0, 2**32), st.integers(2, 6))
def test_every_entity_is_tested_once_by_a_procedure_that_never_saw_it(
    keys: list[int], seed: int, folds: int
) -> None:
    labels = [key % 3 == 0 for key in keys]
    if min(len({k for k in keys if k % 3 == 0}), len({k for k in keys if k % 3})) < 2:
        with pytest.raises(NotEnoughData):
            split_by_fold(keys, labels, seed, folds)
        return
    split = split_by_fold(keys, labels, seed, folds)
    assert split.kind == "not_future"
    assert split.note.endswith("not about the future. The log is too short for a split in time.")
    assert split.describe()["note"] == split.note and split.describe()["folds"] == split.count
    times = np.zeros(len(keys), dtype=int)
    for fitted, held in split.folds():
        assert not {keys[i] for i in np.flatnonzero(fitted)} & {keys[i] for i in np.flatnonzero(held)}
        assert (fitted != held).all()
        times += held
    assert (times == 1).all()
    rows = pd.DataFrame({"entity_key": keys})
    assert (split.parts(rows) == TEST).all()
    other = split_by_fold(keys[::-1], labels[::-1], seed, folds)
    assert (other.fold_of[::-1] == split.fold_of).all()


def test_folds_that_tear_an_entity_are_refused() -> None:
    with pytest.raises(SplitError, match="1 entities stand both"):
        FoldSplit(fold_of=np.array([0, 1, 1]), groups=np.array([7, 7, 8]), seed=0)


def sessions(count: int, every: timedelta, length: timedelta) -> pd.DataFrame:
    """Sessions that begin `every` apart, with an anchor at the start and one at the end."""
    rows = []
    for number in range(count):
        start = START + number * every
        for k, anchor in ((1, start), (3, start + length)):
            rows.append(
                {
                    "session": f"s{number}",
                    "k": k,
                    "anchor": anchor,
                    "closes": start + length + timedelta(minutes=30),
                }
            )
    return pd.DataFrame(rows).assign(entity_key=1)


def test_training_sessions_have_closed_before_the_first_test_anchor() -> None:
    rows = sessions(100, timedelta(minutes=10), timedelta(minutes=5))
    split = split_sessions(rows)
    parts = split.parts(rows)
    assert split.kind == "time" and split.note == ""
    assert (
        rows["closes"][parts == TRAIN].max()
        <= rows["anchor"][parts == TEST].min()
        == pd.Timestamp(split.cutoff)
    )
    assert (parts == TEST).mean() == 0.25
    assert rows.assign(part=parts).groupby("session")["part"].nunique().max() == 1  # a session is never torn
    assert 0 < (parts == EMBARGO).sum() <= 8  # those open at the cutoff


def test_sessions_of_half_an_hour_are_too_short_for_time() -> None:
    rows = sessions(100, timedelta(seconds=15), timedelta(minutes=5))
    with pytest.raises(NotEnoughData, match="only 0 had closed"):
        split_sessions(rows)


def test_an_anchor_after_its_session_closed_is_refused() -> None:
    rows = sessions(100, timedelta(minutes=10), timedelta(minutes=5))
    split = split_sessions(rows)
    rows.loc[1, "anchor"] = START + 90 * DAY
    with pytest.raises(SplitError, match="after it closed"):
        split.parts(rows)


def test_folds_share_the_buyers() -> None:
    """40 of 400 entities bought once in two rows each: 8 of them in each of 5 folds, whatever the seed."""
    keys = np.array([key for key in range(400) for _ in range(2)])
    labels = [int(key < 40 and row == 1) for key in range(400) for row in range(2)]
    for seed in range(5):
        split = split_by_fold(keys, labels, seed)
        for _, held in split.folds():
            assert len(set(keys[held])) == 80
            assert sum(key < 40 for key in set(keys[held])) == 8
