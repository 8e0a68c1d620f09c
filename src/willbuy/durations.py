"""Spans of time as people write them: `30m`, `12h`, `7d`, `2w`."""

import re
from dataclasses import dataclass

SECOND = 1_000_000
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
DAY = 24 * HOUR
_UNITS = {"s": SECOND, "m": MINUTE, "h": HOUR, "d": DAY, "w": 7 * DAY}
_PATTERN = re.compile(r"([1-9][0-9]{0,5})([smhdw])")


@dataclass(frozen=True, order=True)
class Duration:
    """A positive span of time in microseconds. A day is always 24 hours: windows are spans, not calendar days.

    >>> Duration.parse("7d").microseconds
    604800000000
    >>> str(Duration.parse("2w")), str(Duration.parse("90m"))
    ('14d', '90m')
    """

    microseconds: int

    @classmethod
    def parse(cls, text: str) -> "Duration":
        """Read `30m`, `12h`, `7d`, `2w`. Raises ValueError on anything else."""
        match = _PATTERN.fullmatch(text) if isinstance(text, str) else None
        if match is None:
            raise ValueError(
                f"{text!r} is no span of time: write a whole number and s, m, h, d or w, such as '7d'"
            )
        return cls(int(match[1]) * _UNITS[match[2]])

    @property
    def days(self) -> float:
        """The span in days of 24 hours."""
        return self.microseconds / DAY

    def __str__(self) -> str:
        for unit in ("d", "h", "m", "s"):
            if self.microseconds % _UNITS[unit] == 0:
                return f"{self.microseconds // _UNITS[unit]}{unit}"
        raise ValueError(f"{self.microseconds} microseconds are no whole number of seconds")
