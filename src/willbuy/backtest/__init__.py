"""The one split object: which rows train, which stand in the embargo, which are the test.

Splits are made in time wherever the log allows it (`in_time.py`, `in_sessions.py`). Where it does not, entities are put
into folds (`by_fold.py`): such a split is named `not_future`, and says so wherever its figures stand. Tables are split by an
order column (`by_order.py`), into folds, or by chance (`by_holdout.py`).
"""

from willbuy.backtest.by_fold import FoldSplit, split_by_fold
from willbuy.backtest.by_holdout import HoldoutSplit, split_by_holdout
from willbuy.backtest.by_order import OrderSplit, origins_in_order, split_by_order
from willbuy.backtest.in_sessions import SessionSplit, split_sessions
from willbuy.backtest.in_time import TimeSplit, split_in_time
from willbuy.backtest.origins import Origin, origins_in_time, rolling_origins, rolling_sessions
from willbuy.backtest.split import (
    EMBARGO,
    NOT_FUTURE,
    OTHER_ROWS,
    PART_NAMES,
    TEST,
    TRAIN,
    Kind,
    Parts,
    Split,
)

__all__ = [
    "EMBARGO",
    "NOT_FUTURE",
    "OTHER_ROWS",
    "PART_NAMES",
    "TEST",
    "TRAIN",
    "FoldSplit",
    "HoldoutSplit",
    "Kind",
    "OrderSplit",
    "Origin",
    "Parts",
    "SessionSplit",
    "Split",
    "TimeSplit",
    "origins_in_order",
    "origins_in_time",
    "rolling_origins",
    "rolling_sessions",
    "split_by_fold",
    "split_by_holdout",
    "split_by_order",
    "split_in_time",
    "split_sessions",
]
