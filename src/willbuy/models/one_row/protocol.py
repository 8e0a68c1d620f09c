"""What scores one row, whatever its family."""

from collections.abc import Sequence
from typing import Protocol

from willbuy.models.rows import Floats


class OneRow(Protocol):
    """A scorer's arrays laid out for one row. Not for two threads at once: the work space is its own."""

    def log_odds(self, row: Floats | Sequence[float]) -> float:
        """Uncalibrated log-odds of a row (features,); a null is NaN, nothing is infinite."""
        ...
