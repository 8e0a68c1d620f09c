"""A scorer of raw columns: they are prepared as they were when the model was fitted, then scored by another scorer."""

from collections.abc import Mapping
from typing import ClassVar, Self

import numpy as np
from numpy.typing import NDArray

from willbuy.errors import BundleError
from willbuy.models.prepare import Column, Prepared
from willbuy.models.scorers.plain import plain_scorer
from willbuy.models.scorers.protocol import Arrays, Floats, Scorer

CHUNK = 1 << 21  # values in flight at once: 16 MB an array
_PREPARED, _INNER, _FAMILY = "prepared.", "inner.", "inner_family"


class PreparedScorer:
    """`prepared` turns raw rows into those that `inner` scores; both stand in the arrays, under names of their own."""

    family: ClassVar[str] = "prepared"

    def __init__(self, prepared: Prepared, inner: Scorer) -> None:
        self.prepared, self.inner = prepared, inner
        if inner.n_features != len(prepared.names):
            raise BundleError(
                f"prepared scorer: {len(prepared.names)} prepared columns; the model reads {inner.n_features}"
            )

    @property
    def native(self) -> bytes | None:
        """The library's own file of the inner scorer."""
        return self.inner.native

    @native.setter
    def native(self, content: bytes | None) -> None:
        self.inner.native = content

    @property
    def n_features(self) -> int:
        """How many raw columns a row has."""
        return len(self.columns)

    @property
    def columns(self) -> tuple[Column, ...]:
        """The raw columns."""
        return self.prepared.declared.columns

    def log_odds(self, X: Floats) -> Floats:
        """Uncalibrated log-odds, shape (n,); the work space is bounded, however many rows."""
        size = max(1, CHUNK // max(1, len(self.prepared.names)))
        scores = np.empty(len(X))
        for first in range(0, len(X), size):
            part = self.prepared.transform(X[first : first + size])
            scores[first : first + size] = self.inner.log_odds(part)
        return scores

    def labels(self, X: Floats) -> dict[str, list[str]]:
        """By label of the recipe (such as the behavioural segment) the text for each row."""
        return self.prepared.labels(X)

    def arrays(self) -> Arrays:
        """The arrays that make the scorer anew."""
        found: Arrays = {f"{_PREPARED}{name}": array for name, array in self.prepared.arrays().items()}
        found |= {f"{_INNER}{name}": array for name, array in self.inner.arrays().items()}
        return {**found, _FAMILY: np.frombuffer(self.inner.family.encode(), dtype=np.uint8)}

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, NDArray[np.generic]]) -> Self:
        """Make the scorer from `arrays()`. Raises BundleError where they do not fit together."""
        if _FAMILY not in arrays:
            raise BundleError("prepared scorer: no family of the model inside")
        family = arrays[_FAMILY].astype(np.uint8).tobytes().decode("ascii", "replace")
        prepared = Prepared.from_arrays(_part(arrays, _PREPARED))
        return cls(prepared, plain_scorer(family, _part(arrays, _INNER)))


def _part(arrays: Mapping[str, NDArray[np.generic]], prefix: str) -> Arrays:
    return {name.removeprefix(prefix): array for name, array in arrays.items() if name.startswith(prefix)}
