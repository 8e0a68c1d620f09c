"""Which split a table gets: by its order where it has one, else by chance, and then named so."""

from typing import Literal

import numpy as np

from willbuy.backtest import OTHER_ROWS, Split, split_by_fold, split_by_holdout, split_by_order
from willbuy.pipeline.rows import Rows
from willbuy.shop import TableShop
from willbuy.tables import TableRows, place_of

NO_ORDER = "No column is declared that orders the rows in time ([table] order)"
ENOUGH = 5000  # rows of either outcome: a fifth of them tests as sharply as anyone could use, for a tenth of the work


def split_table(shop: TableShop, table: TableRows, rows: Rows) -> Split:
    """The split that the shop file asks for, of all rows.

    Raises NotEnoughData where a side would hold nothing, ShopError for a `test_from` that is not like the order's values.
    """
    keys, train = shop.table, shop.train
    kind = keys.split or ("order" if keys.order else _by_chance(rows))
    if kind == "order":
        order = rows.frame["order"].to_numpy(dtype=np.int64)
        return split_by_order(order, str(keys.order), table.order_names, _start(shop, table))
    reason = f'The shop file asks for split = "{kind}"' if keys.order else NO_ORDER
    if keys.split is None and kind == "holdout":
        reason += f"; with {ENOUGH:,} rows or more of either outcome a fifth is test enough, and folds would add no more than time"
    if kind == "holdout":
        return split_by_holdout(rows.groups, rows.y, train.seed, reason=reason, about=OTHER_ROWS)
    return split_by_fold(
        rows.groups, rows.y, train.seed, train.folds, repeats=keys.repeats, reason=reason, about=OTHER_ROWS
    )


def _by_chance(rows: Rows) -> Literal["folds", "holdout"]:
    bought = rows.counts["positives"]
    return "holdout" if min(bought, len(rows.frame) - bought) >= ENOUGH else "folds"


def _start(shop: TableShop, table: TableRows) -> int | None:
    """The place in the order from which on rows are the test; None for the newest fifth."""
    asked = shop.table.test_from
    if asked is None:
        return None
    places = {name: place for place, name in table.order_names.items()}
    if str(asked) in places:
        return places[str(asked)]
    return place_of(asked, table.order_names, shop.table.order_values)
