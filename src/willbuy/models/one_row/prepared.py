"""A table's row as its model reads it, in plain numbers: for one row they are many times as fast as arrays."""

from collections.abc import Sequence
from math import inf, isnan, nan

import numpy as np

from willbuy.models.one_row.protocol import OneRow
from willbuy.models.prepare import Prepared
from willbuy.models.prepare.recipes.protocol import OneSource
from willbuy.models.rows import LARGEST, Floats


class OneOfPrepared:
    """Prepares a raw row as `Prepared.transform` does, bit for bit, then scores it by the model inside."""

    def __init__(self, prepared: Prepared, inner: OneRow) -> None:
        self._inner = inner
        declared = prepared.declared
        self._fill: list[float] = prepared.fill.tolist()
        self._plain = prepared.plain_places
        self._source = OneSource(declared.columns)
        self._engineered = [
            (made.value, made.sources, learnt)
            for made, learnt in zip(declared.made.engineered, prepared.learnt, strict=False)
        ]
        self._hot = prepared.hot.tables()
        self._no_hot = [0.0] * prepared.hot.width
        outputs, off, by = prepared.scaled_outputs, prepared.off.tolist(), prepared.by.tolist()
        if declared.scale == "none":  # raw numbers are in range; what is made of them need not be
            outputs = list(range(len(self._plain), len(self._plain) + len(self._engineered)))
            off, by = [0.0] * len(outputs), [1.0] * len(outputs)
        self._scales: list[tuple[int, float, float]] = list(zip(outputs, off, by, strict=True))

    def log_odds(self, row: Floats | Sequence[float]) -> float:
        """Uncalibrated log-odds of a raw row (columns,)."""
        return self._inner.log_odds(self.prepare(row.tolist() if isinstance(row, np.ndarray) else list(row)))

    def prepare(self, row: list[float]) -> list[float]:
        """The outputs of `Prepared.transform` for one raw row (columns,)."""
        filled = [fill if isnan(value) else value for value, fill in zip(row, self._fill, strict=True)]
        self._source.values = filled
        found = [filled[place] for place in self._plain]
        for value, names, learnt in self._engineered:
            made = value(self._source, names, learnt)
            found.append(nan if made in (inf, -inf) else made)
        for output, off, by in self._scales:
            scaled = (found[output] - off) / by
            found[output] = scaled if -LARGEST <= scaled <= LARGEST else _clipped(scaled)
        return found + self._one_hot(filled)

    def _one_hot(self, filled: list[float]) -> list[float]:
        found = self._no_hot.copy()
        for place, first, last, output_of in self._hot:
            code = filled[place]
            if isnan(code):
                found[first:last] = [nan] * (last - first)
            elif 0 <= code < len(output_of) and (output := output_of[int(code)]) >= 0:
                found[output] = 1.0
        return found


def _clipped(value: float) -> float:
    """Within what a float32 can hold; null stays null."""
    return value if isnan(value) else min(max(value, -LARGEST), LARGEST)
