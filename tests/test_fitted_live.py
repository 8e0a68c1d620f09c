"""The fitted columns of one entity: the bits of the batch, from the parameters that the batch wrote down."""

import json
from math import isnan, nan

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from willbuy.fitted import COLUMNS, INPUTS, add_bgnbd
from willbuy.fitted_live import fitted_values, with_fitted


def customers(n: int, seed: int) -> pd.DataFrame:
    """Purchase days, days since the first and the last, of two anchors; a tenth of them bought nothing."""
    draw = np.random.default_rng(seed)
    days = 1 + draw.poisson(draw.gamma(0.8, 3.0, n)).astype(float)
    first = draw.uniform(1.0, 400.0, n)
    last = np.where(days > 1, first * draw.uniform(0, 1, n), first)
    none = draw.random(n) < 0.1
    told = (np.where(none, 0, days), *(np.where(none, np.nan, c) for c in (first, last)))
    anchors = pd.to_datetime(np.where(np.arange(n) % 2, "2015-06-01", "2015-07-01"))
    return pd.DataFrame({"anchor": anchors, **dict(zip(INPUTS, told, strict=True))})


@pytest.mark.parametrize("horizon", [7.0, 365.0])
def test_every_row_of_a_batch_is_met(horizon: float) -> None:
    frame, parameters = add_bgnbd(customers(2_000, seed=1), horizon)
    parameters = json.loads(json.dumps(parameters))  # as the store keeps them
    for row in frame.to_dict("records"):
        fit = parameters[row["anchor"].isoformat()]
        for name, value in fitted_values(fit, row, horizon).items():
            assert value == row[name] or (isnan(value) and isnan(row[name])), (name, value, row)
    assert frame["p_alive"].notna().mean() == pytest.approx(0.9, abs=0.05)


def test_without_a_fit_there_is_nothing_to_say() -> None:
    frame, parameters = add_bgnbd(customers(40, seed=2), 7.0)
    [reason, _] = parameters.values()
    assert "BG/NBD needs 50" in reason
    row = frame.iloc[0].to_dict()
    for fit in (reason, None):
        assert all(isnan(value) for value in fitted_values(fit, row, 7.0).values())


@given(days=st.sampled_from([None, nan, 0]), first=st.sampled_from([None, nan, 3.0]))
def test_who_bought_nothing_has_no_rhythm(days: float | None, first: float | None) -> None:
    fit = {"r": 1.0, "alpha": 2.0, "a": 1.0, "b": 3.0}
    found = fitted_values(fit, dict(zip(INPUTS, (days, first, first), strict=True)), 7.0)
    assert set(found) == set(COLUMNS)
    assert all(isnan(value) for value in found.values())


def test_a_row_has_the_order_of_the_model() -> None:
    known, values = ("count_view_7d", *INPUTS), [5.0, 3.0, 200.0, 20.0]
    fit = {"r": 1.0, "alpha": 90.0, "a": 1.0, "b": 3.0}
    names = (*INPUTS, "count_view_7d", *COLUMNS)
    row = with_fitted(names, known, values, fit, 30.0)
    assert row[:4] == [3.0, 200.0, 20.0, 5.0]
    assert dict(zip(COLUMNS, row[4:], strict=True)) == fitted_values(
        fit, dict(zip(known, values, strict=True)), 30.0
    )
    assert with_fitted(INPUTS, known, values, fit, 30.0) == values[1:]
