"""Rows of one part: the frame, and the columns of it that the model reads."""

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class Rows:
    """Rows of one part: the frame, and the columns of it that the model reads."""

    frame: "pd.DataFrame"
    names: tuple[str, ...]

    @cached_property
    def X(self) -> NDArray[np.float64]:
        """Features (n, f), NaN for null: one array, row by row, made once and not to be written to."""
        X = np.empty((len(self.frame), len(self.names)))
        for number, name in enumerate(self.names):  # a column at a time: no second array of this size
            X[:, number] = self.frame[name].to_numpy(dtype=np.float64, na_value=np.nan)
        X.flags.writeable = False
        return X

    @property
    def y(self) -> NDArray[np.int8]:
        """Labels (n,), 0 or 1."""
        return self.frame["label"].to_numpy(dtype=np.int8)

    @property
    def groups(self) -> NDArray[np.int64]:
        """The entity of each row (n,)."""
        return self.frame["entity_key"].to_numpy(dtype=np.int64)

    @property
    def counts(self) -> dict[str, int]:
        """How many rows, and how many of them bought."""
        return {"n": len(self.frame), "positives": int(self.y.sum())}
