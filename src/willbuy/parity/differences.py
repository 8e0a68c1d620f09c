"""How answers differ from what the log says of them."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime
from math import isnan
from typing import Any, NamedTuple

from willbuy.snapshots.sameness import nearly
from willbuy.snapshots.tally import FIRST

KINDS = ("mismatch", "missing", "extra")


class Difference(NamedTuple):
    """A value that was served and is another by the log: `mismatch`, `missing` (served as null) or `extra` (null by the log)."""

    kind: str
    entity: str
    moment: datetime
    feature: str
    served: float
    log: Any


@dataclass
class Served:
    """Answers compared; differences by (kind, feature); answers that an event on its way explains; visitors not in the log."""

    answers: int = 0
    values: int = 0
    on_the_way: int = 0
    longest: float = 0.0  # seconds that such an event had been on its way
    unknown: int = 0
    others: int = 0  # answers of versions that no complete run has
    differences: Counter[tuple[str, str]] = field(default_factory=Counter)
    first: list[Difference] = field(default_factory=list)

    def count(self, kind: str) -> int:
        """How many values differ in this way."""
        return sum(number for (found, _), number in self.differences.items() if found == kind)

    def add(self, found: list[Difference]) -> None:
        """Count the differences of an answer."""
        self.differences.update((one.kind, one.feature) for one in found)
        self.first += found[: FIRST - len(self.first)]

    @property
    def clean(self) -> bool:
        """Whether every answer was found again."""
        return not self.differences and not self.unknown

    def to_json(self) -> dict[str, Any]:
        """For machines."""
        names = dict.fromkeys(name for _, name in self.differences)
        features = [
            {"name": name, **{kind: self.differences[kind, name] for kind in KINDS}} for name in names
        ]
        first = [
            {
                **one._asdict(),
                "moment": one.moment.isoformat(),
                "served": None if isnan(one.served) else one.served,
            }
            for one in self.first
        ]
        return {
            "answers": self.answers,
            "values": self.values,
            **{kind: self.count(kind) for kind in KINDS},
            "unknown": self.unknown,
            "on_the_way": self.on_the_way,
            "on_the_way_seconds": self.longest,
            "others": self.others,
            "features": features,
            "first": first,
        }


def compared(served: float, log: float | None, close: bool) -> str | None:
    """How a served value differs from the log's; None where it does not.

    >>> compared(2.0, 2, False), compared(float("nan"), 2, False), compared(0.0, None, False), compared(1.0, 2, False)
    (None, 'missing', 'extra', 'mismatch')
    """
    if log is None or isnan(served):
        return None if log is None and isnan(served) else "extra" if log is None else "missing"
    same = nearly(float(log), served) if close else float(log) == served
    return None if same else "mismatch"
