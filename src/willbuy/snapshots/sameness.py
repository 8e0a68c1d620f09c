"""When two values of a feature are the same: in every bit, but of what is made of powers to a billionth."""

import math
import struct
from typing import Any

import numpy as np
from numpy.typing import NDArray

from willbuy.features.algebra import Decayed, Feature
from willbuy.features.feature_set import with_parts

CLOSE = 1e-9


def same(one: Any, other: Any) -> bool:
    """Whether two values are of one type and have the same bits; nan is nan.

    >>> same(1, 1), same(1, 1.0), same(0.0, -0.0), same(None, None), same(0, None), same(math.nan, math.nan)
    (True, False, False, True, False, True)
    """
    if type(one) is not type(other):
        return False
    if isinstance(one, float):
        return struct.pack("<d", one) == struct.pack("<d", other) or (math.isnan(one) and math.isnan(other))
    return bool(one == other)


def nearly(one: Any, other: Any) -> bool:
    """Whether two values differ by a billionth at most, of their size or of one.

    >>> nearly(1e12, 1e12 + 100), nearly(0.0, 1e-10), nearly(0.0, 1e-8), nearly(None, 0.0)
    (True, True, False, False)
    """
    if one is None or other is None:
        return one is other
    return math.isclose(one, other, rel_tol=CLOSE, abs_tol=CLOSE) or (math.isnan(one) and math.isnan(other))


def is_close(feature: Feature) -> bool:
    """Whether a feature is made of powers, whose last bit is the engine's own: 1e-9 is asked of it, not every bit."""
    return any(isinstance(part, Decayed) for part in with_parts(feature))


def same_columns(one: NDArray[Any], other: NDArray[Any], close: bool = False) -> NDArray[np.bool_]:
    """Whether each of two values is the same, of columns in one order; nan is nan. Nothing of two types is.

    >>> same_columns(np.array([0.0, 1.0, np.nan]), np.array([-0.0, 1.0, np.nan])).tolist()
    [False, True, True]
    >>> same_columns(np.array([0.0]), np.array([1e-10]), close=True).tolist(), same_columns(np.array([1]), np.array([1.0])).tolist()
    ([True], [False])
    """
    if one.dtype != other.dtype:
        return np.zeros(len(one), dtype=bool)
    if one.dtype.kind != "f":
        return np.asarray(one == other)
    null = np.isnan(one) & np.isnan(other)
    if close:
        return np.asarray(null | np.isclose(one, other, rtol=CLOSE, atol=CLOSE))
    return np.asarray(null | (one.view(np.int64) == other.view(np.int64)))
