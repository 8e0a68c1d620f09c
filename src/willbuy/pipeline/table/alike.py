"""Equal rows of a table without ids: whether they are one entity, which a split must not part.

Two rows that agree in every column are likely the same session twice; with one of them in training, the other is no test. So
they are dealt together. In a table of a few flags most rows equal another by chance, and that says nothing: beyond a tenth of the
rows each stays its own.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd

MOST = 0.1  # of the rows: with more, being equal is no sign of being the same


@dataclass(frozen=True)
class Alike:
    """The entity of each row, how many rows equal an earlier one, and whether such rows are kept together."""

    entity: "pd.Series"
    repeated: int
    together: bool
    rows: int

    @property
    def words(self) -> str:
        """What was done with them; "" where there are none."""
        if not self.repeated:
            return ""
        who = f"{self.repeated:,} of {self.rows:,} rows equal an earlier row in every column"
        if self.together:
            return f"{who}; with no [table] id to tell them apart, equal rows are never parted by the split."
        return f"{who}: with so few different rows that is chance, and each is taken for a row of its own."


def group_alike(frame: "pd.DataFrame", columns: Sequence[str]) -> Alike:
    """Give rows that are equal in all of `columns` the entity of the first of them.

    >>> import pandas as pd
    >>> rows = pd.DataFrame({"x": [*range(20), 3], "label": 0, "entity": [f"row {n}" for n in range(21)]})
    >>> found = group_alike(rows, ["x", "label"])
    >>> found.repeated, found.entity.iloc[-1]
    (1, 'row 3')
    """
    number = frame.groupby(list(columns), sort=False, dropna=False).ngroup()
    repeated = int(number.duplicated().sum())
    together = 0 < repeated <= MOST * len(frame)
    entity = frame["entity"].groupby(number.to_numpy(), sort=False).transform("first")
    return Alike(entity if together else frame["entity"], repeated, together, len(frame))
