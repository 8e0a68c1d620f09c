"""What the doctor examines: a table of features with its label, and what is known about how it came to be."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from willbuy.doctor.alone import Bools, Floats, auc_alone
from willbuy.errors import WillbuyError


class CaseError(WillbuyError):
    """Columns, labels and entities that do not fit each other."""


@dataclass(frozen=True)
class Case:
    """Columns (n,) of numbers with NaN for null, `y` (n,) of bool, and where there are any: entities, periods.

    With `ids` the entities are those that rows came with; without, what was made of the rows, or nothing.
    `periods` (n,) are whole numbers that rise with time (months, days, anchors). `dated` columns were computed from events
    before an anchor by willbuy itself: a strong one is no wonder yet, and one that breaks in time is a broken record.
    `known` says of a table's columns when they are known, as against the moment of the score: before, after, unknown.
    `categories` are columns whose numbers are mere names of values: they have no order and cannot be added.
    """

    columns: Mapping[str, Floats]
    y: Bools
    entities: NDArray[np.int64] | None = None
    periods: NDArray[np.int64] | None = None
    period_names: Mapping[int, str] = field(default_factory=dict)
    dated: bool = False
    known: Mapping[str, str] | None = None
    categories: frozenset[str] = frozenset()
    ids: bool = False

    def __post_init__(self) -> None:
        lengths = {len(values) for values in (*self.columns.values(), self.y)}
        lengths |= {len(given) for given in (self.entities, self.periods) if given is not None}
        if len(lengths) != 1:
            raise CaseError(
                f"columns, labels, entities and periods have different lengths: {sorted(lengths)}"
            )

    @property
    def numbers(self) -> dict[str, Floats]:
        """The columns that are no categories."""
        return {name: values for name, values in self.columns.items() if name not in self.categories}

    @cached_property
    def alone(self) -> dict[str, float]:
        """The ROC-AUC of each column alone, either way round; 0.5 where there is one outcome only."""
        if not 0 < self.positives < len(self.y):
            return dict.fromkeys(self.columns, 0.5)
        return {
            name: auc_alone(values, self.y, category=name in self.categories)
            for name, values in self.columns.items()
        }

    @property
    def positives(self) -> int:
        """How many rows bought."""
        return int(self.y.sum())

    @property
    def fewest(self) -> int:
        """How many entities stand behind the rarer outcome: of few, what looks like a law may be one visitor's habit.

        >>> Case.of({"views": [1, 2, 3]}, [1, 1, 0], entities=[7, 7, 8]).fewest
        1
        """
        if self.entities is None:
            return min(self.positives, len(self.y) - self.positives)
        return min(len(np.unique(self.entities[rows])) for rows in (self.y, ~self.y))

    def take(self, kept: Bools | NDArray[np.int64]) -> "Case":
        """Some of the rows, by a mask (n,) or by their places."""
        return replace(
            self,
            columns={name: values[kept] for name, values in self.columns.items()},
            y=self.y[kept],
            entities=None if self.entities is None else self.entities[kept],
            periods=None if self.periods is None else self.periods[kept],
        )

    @classmethod
    def of(cls, columns: Mapping[str, Any], y: Any, **known: Any) -> "Case":
        """The case of columns that numpy can read as numbers.

        >>> Case.of({"views": [1, None]}, [0, 1]).columns["views"].tolist()
        [1.0, nan]
        """
        numbers = {name: np.asarray(values, dtype=np.float64) for name, values in columns.items()}
        given = {
            name: np.asarray(values) for name, values in known.items() if name in ("entities", "periods")
        }
        return cls(numbers, np.asarray(y) != 0, **{**known, **given})
