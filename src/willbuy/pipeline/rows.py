"""Rows of one part: the frame, and the columns of it that the model reads."""

from dataclasses import dataclass
from functools import cached_property
from hashlib import blake2b
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

    @cached_property
    def groups(self) -> NDArray[np.int64]:
        """The entity of each row (n,), as a number made of its id alone: see `entity_numbers`."""
        return entity_numbers(self.frame["entity"])

    def take(self, kept: NDArray[np.bool_]) -> "Rows":
        """Some of the rows, by a mask (n,)."""
        return Rows(self.frame[kept], self.names)

    @property
    def counts(self) -> dict[str, int]:
        """How many rows, and how many of them bought."""
        return {"n": len(self.frame), "positives": int(self.y.sum())}


def entity_numbers(entities: "pd.Series") -> NDArray[np.int64]:
    """A number (n,) for each entity's id, the same wherever and whenever the id comes up.

    Folds, samples and draws hang on it. Silver's own keys would not do: they count entities as they came in, so the
    same log in other files would be split in another way.

    >>> import pandas as pd
    >>> one, other = entity_numbers(pd.Series(["ann", "bob", "ann"])), entity_numbers(pd.Series(["bob", "ann"]))
    >>> one[0] == one[2] == other[1] and one[1] == other[0] != one[0]
    np.True_
    """
    import pandas as pd

    code, texts = pd.factorize(entities)
    numbers = [
        int.from_bytes(blake2b(str(text).encode(), digest_size=8).digest(), "little", signed=True)
        for text in texts
    ]
    return np.array(numbers, dtype=np.int64)[code]
