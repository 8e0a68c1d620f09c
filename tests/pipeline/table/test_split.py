"""Which split a table gets when its shop file does not say."""

import numpy as np
import pandas as pd
import pytest

from willbuy.backtest import FoldSplit, HoldoutSplit, OrderSplit
from willbuy.pipeline.rows import Rows
from willbuy.pipeline.table.split import ENOUGH, split_table
from willbuy.shop import TableShop, make_table
from willbuy.tables import TableRows


def split_of(bought: int, others: int, **keys: object):
    n = bought + others
    frame = pd.DataFrame(
        {
            "entity": [str(row) for row in range(n)],
            "label": np.repeat([1, 0], [bought, others]).astype(np.int8),
            "order": np.arange(n) % 10,
            "x": 1.0,
        }
    )
    names = {place: f"day {place}" for place in range(10)}
    table = TableRows(frame, (), {}, pd.DataFrame(), names if "order" in keys else {})
    shop = TableShop(table=make_table({"target": "y", **keys}))
    return split_table(shop, table, Rows(frame, ("x",)))


def test_later_rows_where_there_is_an_order() -> None:
    split = split_of(50, 50, order="day")
    assert isinstance(split, OrderSplit) and split.describe()["test"] == ["day 8", "day 9"]
    assert isinstance(split_of(50, 50, order="day", test_from="day 5"), OrderSplit)


def test_a_place_may_be_named_by_its_number() -> None:
    shop_says = split_of(50, 50, order="day", test_from="day 3").describe()
    assert shop_says["test"][0] == "day 3"


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
