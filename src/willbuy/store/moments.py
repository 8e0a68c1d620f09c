"""Moments as the store keeps them: microseconds since 1970, UTC."""

from datetime import datetime, timedelta

_EPOCH = datetime(1970, 1, 1)
_MICROSECOND = timedelta(microseconds=1)


def to_microseconds(moment: datetime) -> int:
    """Microseconds since 1970 of a naive UTC moment.

    >>> to_microseconds(datetime(1970, 1, 2))
    86400000000
    """
    return (moment - _EPOCH) // _MICROSECOND


def to_moment(microseconds: int) -> datetime:
    """The naive UTC moment of microseconds since 1970."""
    return _EPOCH + timedelta(microseconds=microseconds)
