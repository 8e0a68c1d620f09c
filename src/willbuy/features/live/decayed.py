"""decayed, live."""

import math

from willbuy.features.algebra import Decayed
from willbuy.features.algebra.decayed import TRILLION
from willbuy.features.live.history import History, divide, evaluates
from willbuy.features.local_time import microseconds


@evaluates(Decayed)
def decayed(feature: Decayed, history: History) -> float | None:
    """A sum of weights in whole trillionths."""
    half_life = float(feature.half_life.microseconds)
    ages = (microseconds(history.moment) - microseconds(event.time) for event in history.matching(feature))
    return divide(sum(math.floor(0.5 ** (age / half_life) * TRILLION + 0.5) for age in ages), TRILLION)
