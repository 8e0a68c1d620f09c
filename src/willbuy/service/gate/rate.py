"""How often a key may ask: a token bucket on monotonic time, so that no change of the wall clock lets more or less through."""

from collections.abc import Callable
from time import monotonic


class Rate:
    """So many requests a minute for each key, spread evenly; what was saved up is at most a fortieth of them, 1.5 s worth.

    Over a minute or longer a key gets at most 2.5 % more than its share, whatever it does. Keys do not share.

    >>> now = 0.0
    >>> rate = Rate(60, clock=lambda: now)
    >>> rate.wait("ann"), rate.wait("bob")
    (0.0, 0.0)
    >>> round(rate.wait("ann"), 3)
    0.5
    >>> now = 0.5
    >>> rate.wait("ann")
    0.0
    """

    def __init__(self, per_minute: int, clock: Callable[[], float] = monotonic) -> None:
        self._interval = 60.0 / per_minute
        self._saved = max(1.0, per_minute / 40) * self._interval
        self._clock = clock
        self._free_at: dict[str, float] = {}

    def wait(self, key: str) -> float:
        """Take one request: 0.0 if it may pass, else the seconds until the next one may; that one was not counted."""
        over, after = full_after(self._free_at.get(key, 0.0), self._clock(), self._interval, self._saved)
        if not over:
            self._free_at[key] = after
        return over


def full_after(full_at: float, now: float, interval: float, saved: float) -> tuple[float, float]:
    """One more request of a bucket that will be full again at `full_at`: for how long it has to wait, and when it is full then.

    The bucket as one number, that moment (GCRA, ITU-T I.371). `interval` is the seconds between two requests, `saved` the
    seconds' worth of them that may come at once.

    >>> full_after(0.0, 10.0, 1.0, 1.0), full_after(11.0, 10.0, 1.0, 1.0)
    ((0.0, 11.0), (1.0, 12.0))
    """
    after = max(full_at, now) + interval
    over = after - now - saved
    return (over if over > 1e-9 else 0.0), after
