"""What a benchmark claims: a figure, the bar it must meet, and whether it does."""

import statistics
from dataclasses import asdict, dataclass
from typing import Any, Literal

from benchmarks.house.measure import Measured


@dataclass(frozen=True)
class Claim:
    """A figure and its bar. `range` is the least and the greatest that single repetitions would give.

    >>> Claim("CPU, ours / polars", 1.4, (1.3, 1.6), "at most", 2.0).passed
    True
    """

    text: str
    value: float
    range: tuple[float, float]
    sense: Literal["at least", "at most"]
    bar: float
    unit: str = "x"

    @property
    def passed(self) -> bool:
        """Whether the figure meets its bar."""
        return self.value >= self.bar if self.sense == "at least" else self.value <= self.bar

    def to_json(self) -> dict[str, Any]:
        """The claim with its verdict."""
        return {**asdict(self), "passed": self.passed}


def ratio(
    text: str, what: str, sides: tuple[Measured, Measured], sense: Literal["at least", "at most"], bar: float
) -> Claim:
    """The ratio of the two sides' medians of `wall` or `cpu`, the first over the second."""
    top, bottom = sides
    low = min(top.of(what)) / max(bottom.of(what))
    high = max(top.of(what)) / min(bottom.of(what))
    return Claim(text, top.median(what) / bottom.median(what), (low, high), sense, bar)


def stage_ratio(
    text: str,
    stage: str,
    what: str,
    sides: tuple[Measured, Measured],
    sense: Literal["at least", "at most"],
    bar: float,
) -> Claim:
    """The same for one stage that both sides printed: for work so short that start-up and imports would hide it."""
    top, bottom = (
        sorted(float(sample.printed["stages"][stage][what]) for sample in side.samples) for side in sides
    )
    found = statistics.median(top) / statistics.median(bottom)
    return Claim(text, found, (top[0] / bottom[-1], top[-1] / bottom[0]), sense, bar)


def memory(text: str, side: Measured, bar_gb: float) -> Claim:
    """The greatest peak memory of a side, in GB of 10^9 bytes."""
    peaks = [peak / 1e9 for peak in side.of("peak")]
    return Claim(text, max(peaks), (min(peaks), max(peaks)), "at most", bar_gb, "GB")
