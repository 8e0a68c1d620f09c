"""Contributions of raw columns: each prepared column's, given in even shares to the raw columns that it is made of."""

import numpy as np

from willbuy.models.contributions.protocol import Contributions
from willbuy.models.prepare import Prepared
from willbuy.models.scorers import Floats

CHUNK = 1 << 21  # values in flight at once


class CreditedContributions(Contributions):
    """`inner` explains the model of the prepared columns; its method and base are kept, and sums stay what they were."""

    def __init__(self, prepared: Prepared, inner: Contributions) -> None:
        self._prepared, self._inner = prepared, inner
        self.method, self.base = inner.method, inner.base
        place = {name: number for number, name in enumerate(prepared.declared.names)}
        self._credit = [[place[name] for name in names] for names in prepared.source_of]

    def of(self, X: Floats) -> Floats:
        """Contributions (n, raw columns) to the log-odds of raw rows (n, raw columns)."""
        found = np.zeros(
            (X.shape[1], len(X))
        )  # a column's contributions lie side by side while they are added
        size = max(1, CHUNK // max(1, len(self._credit)))
        for first in range(0, len(X), size):
            parts = self._inner.of(self._prepared.transform(X[first : first + size]))
            for output, columns in enumerate(self._credit):
                share = parts[:, output] / len(columns)
                for column in columns:
                    found[column, first : first + size] += share
        return np.ascontiguousarray(found.T)
