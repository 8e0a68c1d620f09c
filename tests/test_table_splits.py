"""The splits of tables: later rows, folds dealt several times, a part at random; an entity is never torn by chance."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from willbuy.backtest import (
    OTHER_ROWS,
    TEST,
    TRAIN,
    HoldoutSplit,
    origins_in_order,
    split_by_fold,
    split_by_holdout,
    split_by_order,
)
from willbuy.backtest.by_order import MANY
from willbuy.errors import NotEnoughData, SplitError

MONTHS = {0: "Feb", 1: "Mar", 2: "May", 3: "June", 4: "Nov", 5: "Dec"}
orders = st.lists(st.integers(0, 30), min_size=2, max_size=200)


def rows_of(order: list[int] | np.ndarray) -> pd.DataFrame:
    return pd.DataFrame({"order": np.asarray(order, dtype=np.int64)})


@given(orders)
def test_every_row_of_the_test_is_later_than_every_row_of_training(order: list[int]) -> None:
    if len(set(order)) < 2:
        with pytest.raises(NotEnoughData, match='split = "folds"'):
            split_by_order(order, "Month")
        return
    try:
        split = split_by_order(order, "Month")
    except NotEnoughData:
        assert np.mean(np.array(order) > min(order)) < 0.2  # even all that is later is not a fifth
        return
    part, places = split.parts(rows_of(order)), np.array(order)
    assert set(part) == {TRAIN, TEST}
    assert places[part == TEST].min() > places[part == TRAIN].max()
    assert (part == TEST).mean() >= 0.2
    newer = places[part == TEST]
    assert (places > newer.min()).mean() < 0.2  # one place fewer would not have been enough


def test_a_named_beginning_decides() -> None:
    order = np.repeat(np.arange(6), [18, 190, 330, 28, 300, 170])
    split = split_by_order(order, "Month", MONTHS, start=4)
    said = split.describe()
    assert said["train"] == ["Feb", "Mar", "May", "June"] and said["test"] == ["Nov", "Dec"]
    assert said["kind"] == "time" and said["by"] == "order" and "no embargo" in said["remark"]
    assert split.note == "" and (split.parts(rows_of(order)) == TEST).sum() == 470


@pytest.mark.parametrize("start", [0, 6, -1])
def test_a_beginning_that_leaves_one_side_empty_is_refused(start: int) -> None:
    with pytest.raises(NotEnoughData, match="'Month' has 6 values"):
        split_by_order(np.arange(6), "Month", MONTHS, start=start)


def test_earlier_months_are_tests_of_what_lay_before_them() -> None:
    order = np.repeat(np.arange(6), 10)
    split = split_by_order(order, "Month", MONTHS, start=4)
    train = order[order < 4]
    found = origins_in_order(split, train)
    assert [origin.label for origin in found] == ["June", "May", "Mar"]
    for origin in found:
        assert train[origin.train].max() < train[origin.test].min()
        assert len(set(train[origin.test])) == 1


def test_of_many_places_each_origin_tests_the_newest_fifth() -> None:
    order = np.arange(1000)
    assert len(order) > MANY
    split = split_by_order(order, "at")
    assert split.start == 800 and split.describe()["train"] == ["0", "799"]
    found = origins_in_order(split, order[:800])
    assert [(origin.label, int(origin.train.sum()), int(origin.test.sum())) for origin in found] == [
        ("640", 640, 160),
        ("512", 512, 128),
        ("409", 409, 103),
    ]


@given(st.integers(2, 5), st.integers(1, 3), st.integers(0, 10))
def test_repeats_deal_anew_and_never_tear_an_entity(folds: int, repeats: int, seed: int) -> None:
    groups = np.repeat(np.arange(40), 3)
    labels = (groups % 4 == 0).astype(int)
    split = split_by_fold(groups, labels, seed, folds, repeats=repeats, about=OTHER_ROWS)
    deals = [split, *split.deals()]
    assert len(deals) == repeats
    for deal in deals:
        held = np.zeros(len(groups), dtype=int)
        for fitted, out in deal.folds():
            assert not set(groups[fitted]) & set(groups[out])
            held += out
        assert (held == 1).all()
    assert len({deal.fold_of.tobytes() for deal in deals}) == repeats
    assert split.describe().get("repeats", 1) == repeats and split.note.startswith(OTHER_ROWS)


def test_a_log_s_split_is_described_as_before() -> None:
    """A further key would change the id of every bundle."""
    said = split_by_fold(np.arange(20), np.arange(20) % 2, 1, 2).describe()
    assert set(said) == {"kind", "reason", "note", "folds", "entities", "seed"}


def test_a_fifth_held_out_keeps_entities_whole_and_the_rate_alike() -> None:
    groups = np.repeat(np.arange(500), 2)
    labels = (groups % 5 == 0).astype(int)
    split = split_by_holdout(groups, labels, 7, reason="nothing orders them", about=OTHER_ROWS)
    part = split.parts(pd.DataFrame(index=range(1000)))
    held = part == TEST
    assert held.mean() == pytest.approx(0.2) and labels[held].mean() == pytest.approx(0.2, abs=0.01)
    assert not set(groups[held]) & set(groups[~held])
    assert split.kind == "not_future" and "not about the future. Nothing orders them" in split.note
    assert split_by_holdout(groups, labels, 8).held.tobytes() != split.held.tobytes()
    with pytest.raises(SplitError, match="entities stand both"):
        HoldoutSplit(held=np.arange(4) < 1, groups=np.array([1, 1, 2, 3]), seed=1)
