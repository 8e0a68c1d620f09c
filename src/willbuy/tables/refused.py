"""Rows of a table that break a rule: each with where it stands, the rule, the column and the value."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

LONGEST_VALUE = 200


@dataclass
class Refused:
    """The sound rows (n,) that were refused, each for the first rule that it broke."""

    rows: int
    found: dict[int, tuple[str, str, str | None]] = field(default_factory=dict)

    def mark(self, bad: NDArray[np.bool_], rule: str, column: str, texts: Sequence[str | None]) -> None:
        """Refuse the rows where `bad` (n,) is true, unless they are refused already.

        >>> refused = Refused(3)
        >>> refused.mark(np.array([False, True, True]), "not_a_number", "price", ["1", "x", "y"])
        >>> refused.mark(np.array([True, True, False]), "not_a_flag", "new", ["3", "4", "yes"])
        >>> refused.found[1], refused.kept.tolist()
        (('not_a_number', 'price', 'x'), [False, False, False])
        """
        for row in np.flatnonzero(bad).tolist():
            text = texts[row]
            self.found.setdefault(row, (rule, column, text and text[:LONGEST_VALUE]))

    @property
    def kept(self) -> NDArray[np.bool_]:
        """Whether each row (n,) is accepted."""
        kept = np.ones(self.rows, dtype=np.bool_)
        kept[list(self.found)] = False
        return kept
