"""Moments and spans as the splits reckon with them: naive UTC, whole microseconds."""

from collections.abc import Iterable
from datetime import datetime, timedelta

import numpy as np
import numpy.typing as npt
import pandas as pd

from willbuy.durations import Duration
from willbuy.errors import SplitError


def sorted_moments(anchors: Iterable[datetime]) -> list[datetime]:
    """Each moment once, oldest first. Raises SplitError where one carries a zone."""
    moments = sorted(set(anchors))
    if any(moment.tzinfo is not None for moment in moments):
        raise SplitError("an anchor carries a zone; anchors are naive UTC")
    return moments


def span_of(value: Duration | timedelta, name: str, least: int) -> timedelta:
    """The span as a timedelta. Raises SplitError, with its name, where it is below `least` microseconds."""
    span = timedelta(microseconds=value.microseconds) if isinstance(value, Duration) else value
    if span < timedelta(microseconds=least):
        raise SplitError(
            f"the {name} is {span}; expected {'a positive span' if least else 'a span of at least 0'}"
        )
    return span


def micros(moments: Iterable[datetime] | pd.Series) -> npt.NDArray[np.int64]:
    """Microseconds since 1970 of moments (n,)."""
    values = moments if isinstance(moments, pd.Series) else pd.Series(list(moments), dtype="datetime64[us]")
    return values.to_numpy(dtype="datetime64[us]").astype(np.int64)


def micros_of(span: timedelta) -> int:
    """A span in microseconds."""
    return span // timedelta(microseconds=1)


def moment_of(micros: int) -> datetime:
    """The moment so many microseconds after 1970."""
    return datetime(1970, 1, 1) + timedelta(microseconds=int(micros))


def iso(moments: Iterable[datetime]) -> list[str]:
    """Moments as ISO text."""
    return [moment.isoformat() for moment in moments]


def in_words(span: timedelta) -> str:
    """A span for an error: in days where it has one.

    >>> in_words(timedelta(days=7)), in_words(timedelta(hours=3))
    ('7 days', '3:00:00')
    """
    days = span / timedelta(days=1)
    return f"{days:g} days" if days >= 1 else f"{span}"
