"""A label that other columns give back is found with its formula; tables that hide nothing raise no alarm."""

from pathlib import Path

import duckdb
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from willbuy.doctor.reconstruction import reconstruct

Columns = dict[str, NDArray[np.float64]]


def clicks(n: int = 2000, seed: int = 1) -> tuple[Columns, NDArray[np.bool_]]:
    """Sessions as a published recipe counts them, purchases included in the total."""
    random = np.random.default_rng(seed)
    views, carts = random.poisson(5, n) + 1.0, random.poisson(0.4, n) * 1.0
    bought = random.binomial(1, 0.06, n) * (1.0 + random.poisson(0.3, n))
    table = {
        "total": views + carts + bought,
        "views": views,
        "carts": carts,
        "duration": random.gamma(2.0, 60.0, n),
        "hour": random.integers(0, 24, n) * 1.0,
    }
    return table, bought > 0


def test_a_difference_is_found() -> None:
    table, y = clicks()
    (found,) = reconstruct(table, y)
    assert found.text == "total - views - carts"
    assert (found.share_right, found.precision, found.recall) == (1.0, 1.0, 1.0)
    assert found.columns == {"total", "views", "carts"}


def test_without_one_of_its_columns_nothing_is_found() -> None:
    for name in ("total", "views", "carts"):
        table, y = clicks()
        del table[name]
        assert reconstruct(table, y) == []


def test_a_rounded_product_stands_in_for_a_dropped_column() -> None:
    table, y = clicks()
    table["ratio"] = np.round(table.pop("carts") / table["views"], 4)
    (found,) = reconstruct(table, y)
    assert found.text == "total - views - round(ratio * views)"


def test_dropping_the_named_column_is_not_enough_where_another_pair_rebuilds_it() -> None:
    table, y = clicks()
    table["ratio"] = table["carts"] / table["views"]
    found = {formula.columns for formula in reconstruct(table, y)}
    assert {"total", "views", "carts"} in found
    assert {"total", "views", "ratio"} in found
    assert all({"total", "views"} <= columns for columns in found)


def test_what_is_hidden_may_hide_another() -> None:
    table, y = clicks()
    table["share"] = 1 - table["views"] / table["total"]
    table["ratio"] = table.pop("carts") / table.pop("views")
    (found,) = reconstruct(table, y)
    assert found.share_right == 1.0
    assert found.columns == {"total", "share", "ratio"}


def test_a_few_rows_that_break_the_formula_do_not_hide_it() -> None:
    table, y = clicks()
    table["total"][::400] += 3
    (found,) = reconstruct(table, y)
    assert found.text == "total - views - carts"
    assert 0.99 < found.share_right < 1.0


def test_nulls_count_as_zero() -> None:
    table, y = clicks()
    table["carts"][table["carts"] == 0] = np.nan
    assert reconstruct(table, y)[0].text == "total - views - carts"


def test_the_label_itself_under_another_name_is_found() -> None:
    table, y = clicks()
    found = reconstruct({"views": table["views"], "paid": y * 1.0}, y)
    assert [formula.text for formula in found] == ["paid"]


@pytest.mark.parametrize("labels", [np.zeros(50), np.ones(50)])
def test_a_label_with_one_outcome_has_no_formula(labels: NDArray[np.float64]) -> None:
    assert reconstruct({"a": np.arange(50.0)}, labels) == []


def test_no_columns_no_formula() -> None:
    assert reconstruct({}, np.array([0, 1])) == []
    assert reconstruct({"constant": np.ones(4)}, np.array([0, 1, 0, 1])) == []


@given(seed=st.integers(0, 10**6), rate=st.floats(0.02, 0.5), columns=st.integers(1, 8))
@settings(max_examples=60, deadline=None)
def test_columns_that_only_tend_to_buy_raise_no_alarm(seed: int, rate: float, columns: int) -> None:
    """Counts, ratios and sums that repeat each other, and a label that depends on them by chance."""
    random = np.random.default_rng(seed)
    table: Columns = {f"count_{i}": random.poisson(1.0 + i, 400) * 1.0 for i in range(columns)}
    table["sum"] = sum(table.values(), np.zeros(400))
    table["ratio"] = np.divide(table["count_0"], table["sum"], out=np.zeros(400), where=table["sum"] > 0)
    y = random.random(400) < rate * (0.5 + 0.2 * table["count_0"])
    assert reconstruct(table, y) == []


@given(
    seed=st.integers(0, 10**6),
    weights=st.lists(st.sampled_from([-3, -2, -1, 1, 2, 3]), min_size=1, max_size=5),
)
@settings(max_examples=60, deadline=None)
def test_any_planted_sum_of_whole_weights_is_found(seed: int, weights: list[int]) -> None:
    random = np.random.default_rng(seed)
    parts = {f"part_{i}": random.poisson(4.0, 800) * 1.0 for i in range(len(weights))}
    bought = random.binomial(1, 0.1, 800) * 1.0
    total = bought - sum((w * part for w, part in zip(weights, parts.values(), strict=True)), np.zeros(800))
    found = reconstruct({**parts, "total": total, "noise": random.normal(size=800)}, bought > 0)
    assert found and found[0].columns == {*parts, "total"} and found[0].share_right == 1.0


def test_the_published_recipe_on_real_sessions(shared_data: Path) -> None:
    """Total interactions, views and the ratio of carts to views kept; carts and purchases dropped, as published."""
    path = shared_data / "rees46_sample" / "2019-Oct.csv"
    found = duckdb.connect().execute(
        """SELECT COUNT(*) AS total_interactions, COUNT(*) FILTER (event_type = 'view') AS views,
        COUNT(*) FILTER (event_type = 'cart') / NULLIF(COUNT(*) FILTER (event_type = 'view'), 0)::DOUBLE AS view_to_cart_ratio,
        AVG(price) AS average_price, HOUR(MIN(event_time)::TIMESTAMP) AS "hour",
        BOOL_OR(event_type = 'purchase')::INT AS bought FROM read_csv(?, all_varchar = false) GROUP BY user_session""",
        [str(path)],
    )
    columns = {name: np.ma.filled(values * 1.0, np.nan) for name, values in found.fetchnumpy().items()}
    y = columns.pop("bought")
    (formula,) = reconstruct(columns, y)
    assert formula.text == "total_interactions - views - round(view_to_cart_ratio * views)"
    assert formula.rows == 5066 and formula.share_right > 0.99
