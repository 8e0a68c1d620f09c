"""What is said of a table's run beside its figures."""

from types import SimpleNamespace
from typing import Any

import pandas as pd

from willbuy.models.prepare import Column
from willbuy.pipeline.table.told import notes
from willbuy.shop import TableShop, make_table
from willbuy.tables import TableRows


def said(*columns: str) -> list[str]:
    shop = TableShop(table=make_table({"target": "y", "recipe": "online_shoppers"}))
    used = tuple(Column(name, "number", known="before") for name in columns)
    run: Any = SimpleNamespace(
        shop=shop, table=TableRows(pd.DataFrame(), used, {}, pd.DataFrame()), alike=None, split=None
    )
    return notes(run)


def test_what_a_recipe_cannot_make_is_named() -> None:
    [note] = said("BounceRates", "ExitRates")
    assert note.startswith("The recipe online_shoppers makes no TotalPages, TotalDuration, DurationPerPage")
    assert "BounceAndExit" not in note
