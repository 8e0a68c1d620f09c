"""Two values of a feature compared, and what came of it counted."""

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple

from willbuy.snapshots.sameness import nearly, same

FIRST = 10
"""Mismatches that are told one by one."""


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

    def count(self, name: str, rows: int, differing: Sequence[Mismatch]) -> None:
        """Count a feature that was compared of many rows, and those of them that differ."""
        self.compared[name] += rows
        if differing:
            self.mismatches[name] += len(differing)
            self.first += differing[: FIRST - len(self.first)]
