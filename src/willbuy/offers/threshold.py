"""A threshold: the probability from which a row is chosen, and what it did on the rows it was chosen on."""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Threshold:
    """Rows at or above `value` are chosen: `selected` of `n`, of which `caught` bought, of `positives` in all.

    >>> found = Threshold(value=0.2, selected=10, caught=4, positives=8, n=100)
    >>> found.precision, found.recall, round(found.f1, 4), found.share
    (0.4, 0.5, 0.4444, 0.1)
    """

    value: float
    selected: int
    caught: int
    positives: int
    n: int

    @property
    def precision(self) -> float | None:
        """The share of buyers among the chosen; None where nobody is chosen."""
        return self.caught / self.selected if self.selected else None

    @property
    def recall(self) -> float:
        """The share of the chosen among the buyers."""
        return self.caught / self.positives

    @property
    def f1(self) -> float:
        """The harmonic mean of the two: 2 caught / (selected + positives)."""
        return 2 * self.caught / (self.selected + self.positives)

    @property
    def share(self) -> float:
        """The share of the rows that is chosen."""
        return self.selected / self.n

    def to_dict(self) -> dict[str, Any]:
        """For the manifest."""
        return {
            "value": self.value,
            "selected": self.selected,
            "caught": self.caught,
            "positives": self.positives,
            "n": self.n,
            "precision": self.precision,
            "recall": self.recall,
            "f1": self.f1,
        }
