"""Which split a table gets when its shop file does not say."""

import numpy as np
import pandas as pd
import pytest

from willbuy.backtest import FoldSplit, HoldoutSplit, OrderSplit
from willbuy.errors import ShopError
from willbuy.pipeline.rows import Rows
from willbuy.pipeline.table.split import ENOUGH, split_table
from willbuy.shop import TableShop, make_table
from willbuy.tables import TableRows


def split_of(bought: int, others: int, named: dict[int, str] | None = None, **keys: object):
    n = bought + others
    names = named or {place: f"day {place}" for place in range(10)}
    frame = pd.DataFrame(
        {
            "entity": [str(row) for row in range(n)],
            "label": np.repeat([1, 0], [bought, others]).astype(np.int8),
            "order": np.arange(n) % len(names),
            "x": 1.0,
        }
    )
    table = TableRows(frame, (), {}, pd.DataFrame(), names if "order" in keys else {})
    shop = TableShop(table=make_table({"target": "y", **keys}))
    return split_table(shop, table, Rows(frame, ("x",)))


def test_later_rows_where_there_is_an_order() -> None:
    split = split_of(50, 50, order="day")
    assert isinstance(split, OrderSplit) and split.describe()["test"] == ["day 8", "day 9"]
    assert isinstance(split_of(50, 50, order="day", test_from="day 5"), OrderSplit)


def test_the_test_begins_at_the_value_that_is_named() -> None:
    shop_says = split_of(50, 50, order="day", test_from="day 3").describe()
    assert shop_says["test"][0] == "day 3"


@pytest.mark.parametrize(
    ("values", "test_from", "first"),
    [
        ((1, 2, 4, 5, 7), 4, "4"),
        ((1, 2, 4, 5, 7), 3, "4"),  # no row has it: a value, never a place in the order
        (("2024-01-05", "2024-02-06", "2024-03-07"), "2024-02", "2024-02-06"),
    ],
)
def test_a_value_that_no_row_has_stands_between_its_neighbours(
    values: tuple[object, ...], test_from: str | int, first: str
) -> None:
    names = {place: str(value) for place, value in enumerate(values)}
    split = split_of(50, 50, names, order="when", test_from=test_from)
    assert split.describe()["test"][0] == first


def test_a_test_from_unlike_the_order_is_refused_with_its_ends() -> None:
    with pytest.raises(ShopError, match=r"test_from = 'Nov': expected .* which goes from '1' to '5'"):
        split_of(50, 50, {place: str(place + 1) for place in range(5)}, order="when", test_from="Nov")


@pytest.mark.parametrize(("bought", "others"), [(ENOUGH - 1, 2 * ENOUGH), (2 * ENOUGH, ENOUGH - 1)])
def test_folds_where_buyers_or_others_are_few(bought: int, others: int) -> None:
    split = split_of(bought, others)
    assert isinstance(split, FoldSplit) and len(split.deals()) == 1
    assert "No column is declared that orders" in split.note


def test_a_fifth_where_there_are_many() -> None:
    split = split_of(ENOUGH, ENOUGH)
    assert isinstance(split, HoldoutSplit)
    assert "a fifth is test enough" in split.note and "not about the future" in split.note
    asked = split_of(ENOUGH, ENOUGH, split="folds", repeats=1)
    assert isinstance(asked, FoldSplit) and not asked.deals()
