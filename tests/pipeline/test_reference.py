"""Reference distributions by hand."""

import numpy as np

from willbuy.pipeline.reference import LEVELS, distribution, reference


def test_quantiles_are_values_that_occur():
    values = np.array([5.0, np.nan, *range(101), np.nan])
    found = distribution(values)
    assert (found["n"], found["null_share"], found["mean"]) == (104, 1 - 102 / 104, 5055 / 102)
    assert found["quantiles"][0] == 0.0
    assert found["quantiles"][-1] == 100.0
    assert set(found["quantiles"]) <= set(range(101))
    assert sorted(found["quantiles"]) == found["quantiles"]
    assert len(found["quantiles"]) == len(LEVELS)


def test_columns_of_nulls_and_of_one_value():
    X = np.column_stack((np.full(4, np.nan), np.full(4, 7.0)))
    found = reference(X, ("nothing", "constant"), np.array([0.25, 0.5]))
    assert found["features"]["nothing"] == {"n": 4, "null_share": 1.0, "mean": None, "quantiles": []}
    assert set(found["features"]["constant"]["quantiles"]) == {7.0}
    assert (found["probability"]["n"], found["probability"]["mean"]) == (2, 0.375)
