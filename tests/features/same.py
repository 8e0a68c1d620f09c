"""Sameness to the bit."""

import struct
from typing import Any

from features.pool import DECAYED


def bits(value: Any) -> Any:
    """A value that equals another only where every bit does: 0.0 is not -0.0, and 1 is not 1.0."""
    return struct.pack("<d", value) if isinstance(value, float) else value


def assert_same(found: dict[str, Any], expected: dict[str, Any]) -> None:
    """Every feature the same to the bit; decayed counts to 1e-9."""
    assert list(found) == list(expected)
    for name, value in expected.items():
        if name in DECAYED:
            assert abs(found[name] - value) <= 1e-9, name
        else:
            assert bits(found[name]) == bits(value), f"{name}: {found[name]!r}, expected {value!r}"
