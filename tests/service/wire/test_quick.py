"""Records of numbers alone, read in one step: what it reads is in range, and what it cannot read it leaves alone."""

import json
import math
from typing import Any

import numpy as np
import pytest

from willbuy.models.rows import LARGEST
from willbuy.service.wire.quick import quick_reader

QUICK = quick_reader(["who", "customer_id"], ["a", "b"], {"b"})


@pytest.mark.parametrize("value", [0, -0.0, 7, 0.1, LARGEST, -LARGEST, 5e-324])
def test_a_number_in_range_comes_as_it_is(value: float) -> None:
    found = QUICK(json.dumps({"who": "ann", "a": value, "b": None}).encode())
    assert found is not None
    assert found[:2] == ("who", "ann")
    np.testing.assert_array_equal(found[2], [value, math.nan])


@pytest.mark.parametrize(
    "record",
    [
        {"a": math.nextafter(LARGEST, math.inf), "b": 1},
        {"a": 1, "b": -math.nextafter(LARGEST, math.inf)},
        {"a": 10**400, "b": 1},
        {"a": None, "b": 1},
        {"a": True, "b": 1},
        {"a": 1},
        {"a": 1, "b": 1, "c": 1},
        {"who": "ann", "customer_id": "ann", "a": 1, "b": 1},
        {"who": "a:b", "a": 1, "b": 1},
    ],
)
def test_what_it_cannot_read_at_once_it_leaves_alone(record: dict[str, Any]) -> None:
    assert QUICK(json.dumps(record).encode()) is None
