"""What features add to scores, summed up: means over all rows, points of a few, ranks that give a value one colour."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from willbuy.evaluation.contributed import MOST, POINTS, summarise_contributions


def test_means_are_over_all_rows_and_points_over_a_few() -> None:
    random = np.random.default_rng(1)
    phi, X = random.normal(size=(1000, MOST + 3)) * np.arange(MOST + 3), random.normal(size=(1000, MOST + 3))
    names = [f"f{place}" for place in range(MOST + 3)]
    found = summarise_contributions(phi, X, names)
    assert [found[name]["mean"] for name in names] == pytest.approx(np.abs(phi).mean(axis=0))
    assert [len(found[name]["points"]) for name in names] == [0] * 3 + [POINTS] * MOST


def test_ranks_run_from_least_to_greatest_and_nulls_have_none() -> None:
    X = np.array([[5.0], [np.nan], [1.0], [3.0]])
    points = summarise_contributions(np.zeros((4, 1)), X, ["f"])["f"]["points"]
    assert [point["rank"] for point in points] == [1.0, None, 0.0, 0.5]


def test_a_feature_that_is_null_everywhere_has_no_ranks() -> None:
    points = summarise_contributions(np.zeros((3, 1)), np.full((3, 1), np.nan), ["f"])["f"]["points"]
    assert [point["rank"] for point in points] == [None, None, None]


@given(st.lists(st.integers(-3, 3), min_size=1, max_size=40))
def test_equal_values_have_equal_ranks_between_0_and_1(values: list[int]) -> None:
    X = np.array(values, dtype=float)[:, None]
    points = summarise_contributions(np.zeros(X.shape), X, ["f"])["f"]["points"]
    ranks = {}
    for value, point in zip(values, points, strict=True):
        assert ranks.setdefault(value, point["rank"]) == point["rank"]
    assert all(0 <= rank <= 1 for rank in ranks.values())
    assert [ranks[value] for value in sorted(ranks)] == sorted(ranks.values())
