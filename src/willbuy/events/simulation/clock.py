"""The shop's clock: real days stretched and squeezed so that business runs at a steady pace on it."""

from datetime import datetime, timedelta

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

HOURS = (
    45,
    30,
    20,
    15,
    12,
    15,
    30,
    50,
    75,
    95,
    110,
    120,
    125,
    125,
    125,
    125,
    130,
    135,
    145,
    160,
    175,
    170,
    130,
    80,
)
"""Business in each hour of the day, from midnight: quiet at four, liveliest at eight in the evening."""

WEEKDAYS = (110, 112, 110, 105, 95, 78, 90)
"""Business on each day of the week, from Monday."""


class ShopClock:
    """Turns days since the log's start into business days and back.

    One week is seven business days. A lively hour is longer than a real one, a quiet hour shorter: a process of
    steady rates in business time shows the daily and weekly rhythm in real time, and its formulas stay exact.

    >>> clock = ShopClock(datetime(2015, 5, 4))
    >>> round(float(clock.business(7.0)), 9)
    7.0
    >>> bool(clock.business(0.25) < 0.1)  # six hours of the night are less than 0.1 of a business day
    True
    >>> round(float(clock.real(clock.business(100.3))), 9)
    100.3
    """

    def __init__(self, start: datetime) -> None:
        monday = datetime(start.year, start.month, start.day) - timedelta(days=start.weekday())
        rates = np.outer(WEEKDAYS, HOURS).astype(float).ravel()
        self._hours = np.arange(169) / 24.0
        self._business = np.concatenate([[0.0], np.cumsum(rates / rates.sum() * 7.0)])
        self._offset = (start - monday) / timedelta(days=1)
        self._zero = float(self._since_monday(np.asarray(self._offset), self._hours, self._business))

    @staticmethod
    def _since_monday(days: Floats, source: Floats, target: Floats) -> Floats:
        weeks = np.floor(days / 7.0)
        return weeks * 7.0 + np.interp(days - weeks * 7.0, source, target)

    def business(self, days: Floats | float) -> Floats:
        """Business days since the start, for real days since the start."""
        moved = np.asarray(days, dtype=float) + self._offset
        return self._since_monday(moved, self._hours, self._business) - self._zero

    def real(self, business: Floats | float) -> Floats:
        """Real days since the start, for business days since the start."""
        moved = np.asarray(business, dtype=float) + self._zero
        return self._since_monday(moved, self._business, self._hours) - self._offset
