"""Two values of a feature compared, and what came of it counted."""

import math
import struct
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple

from willbuy.features.algebra import Decayed, Feature
from willbuy.features.feature_set import with_parts

FIRST = 10
"""Mismatches that are told one by one."""

CLOSE = 1e-9


class Mismatch(NamedTuple):
    """A feature of an entity at a moment (or a column of a row) that is not what it was to be."""

    entity: str
    moment: datetime | None
    feature: str
    batch: Any
    live: Any

    def to_json(self) -> dict[str, Any]:
        """For machines: what JSON cannot say as a text."""
        said = {
            name: repr(value) if isinstance(value, float) and not math.isfinite(value) else value
            for name, value in self._asdict().items()
        }
        return {**said, "moment": None if self.moment is None else self.moment.isoformat()}


@dataclass
class Tally:
    """How often each feature was compared, how often it differed, and the first differences."""

    checked: int = 0  # entity-moments
    compared: Counter[str] = field(default_factory=Counter)
    mismatches: Counter[str] = field(default_factory=Counter)
    first: list[Mismatch] = field(default_factory=list)

    def compare(
        self, entity: str, moment: datetime | None, name: str, batch: Any, live: Any, close: bool = False
    ) -> None:
        """Compare two values of a feature: every bit, or with `close` to 1e-9."""
        self.compared[name] += 1
        if not (nearly(batch, live) if close else same(batch, live)):
            self.mismatches[name] += 1
            if len(self.first) < FIRST:
                self.first.append(Mismatch(entity, moment, name, batch, live))


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
