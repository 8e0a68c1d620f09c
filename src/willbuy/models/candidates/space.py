"""What a search may vary of a candidate: ranges of its settings."""

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
        return float(f"{trial.suggest_float(name, self.low, self.high, log=self.log):.3g}")


Space = Mapping[str, Range]
