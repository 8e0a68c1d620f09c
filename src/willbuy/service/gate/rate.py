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
        """Take one request: 0.0 if it may pass, else the seconds until the next one may; that one was not counted.

        The bucket as one number a key: the moment at which it will be full again (GCRA, ITU-T I.371).
        """
        now = self._clock()
        full_at = self._free_at.get(key, 0.0)
        full_at = max(full_at, now)
        after = full_at + self._interval
        over = after - now - self._saved
        if over > 1e-9:
            return over
        self._free_at[key] = after
        return 0.0
