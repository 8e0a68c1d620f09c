"""What contributions are to the rest of willbuy."""

from typing import Protocol

from willbuy.models.scorers import Floats


class Contributions(Protocol):
    """Of one scorer. `base` and the contributions of a row add up to its uncalibrated log-odds."""

    method: str
    base: float

    def of(self, X: Floats) -> Floats:
        """Contributions (n, features) to the log-odds of rows (n, features); the work space is bounded."""
        ...
