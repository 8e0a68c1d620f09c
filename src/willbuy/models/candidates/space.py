"""What a search may vary of a candidate: ranges of its settings."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import optuna


@dataclass(frozen=True)
class Range:
    """The values of one setting from `low` to `high`, both included.

    `log`: the same number of trials in every doubling. `whole`: whole numbers alone; other numbers are kept to
    three digits, so that a manifest can be read and typed again.
    """

    low: float
    high: float
    log: bool = False
    whole: bool = False

    def suggest(self, name: str, trial: "optuna.Trial") -> Any:
        """The value that a trial asks for."""
        if self.whole:
            return trial.suggest_int(name, int(self.low), int(self.high), log=self.log)
        return _three_digits(trial.suggest_float(name, self.low, self.high, log=self.log))

    def draw(self, place: float) -> Any:
        """The value at a place from 0 to less than 1, all values being equally likely (their logarithms, where `log`).

        >>> Range(1, 3, whole=True).draw(0.99), Range(0.01, 100, log=True).draw(0.5), Range(0, 0.5).draw(0.1234567)
        (3, 1.0, 0.0617)
        """
        high = self.high + 1 if self.whole else self.high  # each whole number has a place of the same width
        if self.log:
            value = self.low * math.exp(place * math.log(high / self.low))
        else:
            value = self.low + place * (high - self.low)
        if self.whole:
            return min(math.floor(value), int(self.high))
        return min(max(_three_digits(value), self.low), self.high)


def _three_digits(value: float) -> float:
    return float(f"{value:.3g}")


Space = Mapping[str, Range]
