"""Equal rows of a table without ids: whether they are one entity, which a split must not part.

Two rows that agree in every column are likely the same session twice; with one of them in training, the other is no test. So
they are dealt together. In a table of a few flags most rows equal another by chance, and that says nothing: beyond a tenth of the
rows each stays its own, unless chance does not make so many, as in a file that holds an export twice.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from willbuy.doctor.twice import BEYOND, copies_by_chance, copies_in

if TYPE_CHECKING:
    import pandas as pd

MOST = 0.1  # of the rows: with more, being equal is no sign of being the same by itself
ROWS = 50_000  # that chance is asked of


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
    together = repeated > 0 and (repeated <= MOST * len(frame) or _beyond_chance(frame, columns))
    entity = frame["entity"].groupby(number.to_numpy(), sort=False).transform("first")
    return Alike(entity if together else frame["entity"], repeated, together, len(frame))


def _beyond_chance(frame: "pd.DataFrame", columns: Sequence[str]) -> bool:
    """Whether more rows are equal than chance makes of these values: asked of a draw, in which both are rarer alike."""
    drawn = np.sort(np.random.default_rng(0).permutation(len(frame))[:ROWS])
    inputs = [name for name in columns if name != "label"]
    rows, y = frame[inputs].to_numpy(np.float64)[drawn], frame["label"].to_numpy()[drawn] != 0
    chance = copies_by_chance(rows, y)
    return chance is not None and copies_in(rows, y) > BEYOND * chance
