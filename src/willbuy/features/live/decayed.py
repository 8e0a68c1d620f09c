"""decayed, live."""

from bisect import bisect_left
from math import floor

from willbuy.features.algebra import Decayed
from willbuy.features.algebra.decayed import TRILLION
from willbuy.features.live.history import History, divide, evaluates

GONE = 42
"""Half-lives after which a weight is below half a trillionth (2^-41 is 4.5e-13), and so counts 0."""


@evaluates(Decayed)
def decayed(feature: Decayed, history: History) -> float | None:
    """A sum of weights in whole trillionths."""
    half_life = float(feature.half_life.microseconds)
    stream, first, end = history.bounds(feature)
    now, oldest = history.now, history.now - GONE * feature.half_life.microseconds
    first = max(first, bisect_left(stream.times, oldest, 0, end))
    times = stream.times[first:end]
    return divide(
        sum([floor(0.5 ** ((now - time) / half_life) * TRILLION + 0.5) for time in times]), TRILLION
    )
