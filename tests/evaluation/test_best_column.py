"""The best single column of a table: which one is chosen, and how its rule answers what it has not seen."""

import numpy as np
import pandas as pd
import pytest

from willbuy.evaluation.best_column import best_column
from willbuy.evaluation.rules import fit_rules


def rows(n: int = 600, seed: int = 1):
    rng = np.random.default_rng(seed)
    x, kind = rng.normal(size=n), rng.integers(0, 4, n).astype(float)
    chance = 1 / (1 + np.exp(1.0 + 2.0 * x))
    return {"x": x, "kind": kind, "noise": rng.normal(size=n)}, (rng.random(n) < chance).astype(int)


def test_a_number_that_falls() -> None:
    columns, y = rows()
    rule = best_column(columns, ["kind"], y, np.arange(len(y)))
    assert rule is not None and (rule.name, rule.shape) == ("x alone", "fewer")
    assert rule.words == "the less x, the likelier"


def test_a_category_of_which_each_value_counts() -> None:
    columns, _ = rows()
    y = (
        np.random.default_rng(2).random(600) < np.array([0.1, 0.9, 0.1, 0.8])[columns["kind"].astype(int)]
    ).astype(int)
    rule = best_column(columns, ["kind"], y, np.arange(600))
    assert rule is not None and rule.shape == "each"
    [fitted] = fit_rules(pd.DataFrame(columns), y, [rule])
    p = fitted.probability(pd.DataFrame({"kind": [0.0, 1.0, -1.0, np.nan, 7.0]}))
    assert p[1] > 0.8 and p[0] < 0.2
    assert p[2] == p[3] == p[4] == pytest.approx(y.mean())  # not seen, missing: nothing is known of them


def test_a_rare_value_is_no_reason() -> None:
    """An id for a category tells every training row by heart, and nothing else."""
    columns, y = rows()
    found = best_column({"id": np.arange(600.0), "x": columns["x"]}, ["id"], y, np.arange(600))
    assert found is not None and found.name == "x alone"


def test_negative_values_keep_their_order() -> None:
    x = np.linspace(-5, -1, 400)
    y = (np.random.default_rng(3).random(400) < (x + 5) / 4).astype(int)
    rule = best_column({"x": x}, (), y, np.arange(400))
    assert rule is not None
    [fitted] = fit_rules(pd.DataFrame({"x": x}), y, [rule])
    p = fitted.probability(pd.DataFrame({"x": x}))
    assert np.isfinite(p).all() and (np.diff(p) > 0).all()


def test_nothing_to_choose_from() -> None:
    y = np.array([1] + [0] * 20)
    assert best_column({"x": np.arange(21.0)}, (), y, np.arange(21)) is None
    assert best_column({"x": np.full(40, np.nan)}, (), np.arange(40) % 2, np.arange(40)) is None
