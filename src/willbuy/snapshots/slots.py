"""Slots of time: how the anchors of session tasks are kept together, as a grid's are by their moment."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from willbuy.features.local_time import MICROSECOND, microseconds
from willbuy.warehouse.dialect import Dialect

WIDTHS = (timedelta(days=1), timedelta(hours=1), timedelta(minutes=10), timedelta(minutes=1))
EPOCH = datetime(1970, 1, 1)


def slots(first: datetime, last: datetime, least: int = 10) -> list[datetime]:
    """The beginnings of the slots that hold all moments from `first` to `last`: the widest of which there are `least`.

    >>> day = datetime(2019, 10, 1)
    >>> found = slots(day, day + timedelta(hours=2, minutes=50))
    >>> len(found), str(found[1] - found[0])
    (18, '0:10:00')
    """
    for width in WIDTHS:
        start = first - (first - EPOCH) % width
        number = (last - start) // width + 1
        if number >= least or width == WIDTHS[-1]:
            break
    return [start + index * width for index in range(number)]


def slot_number(moment: str, starts: Sequence[datetime], dialect: Dialect) -> str:
    """The number, from 0 on, of the slot in which a timestamp expression lies; what comes after the last is in it too."""
    if len(starts) == 1:
        return "0"
    since = f"({dialect.microseconds(moment)} - {microseconds(starts[0])})"
    return f"LEAST({dialect.whole(since, (starts[1] - starts[0]) // MICROSECOND)}, {len(starts) - 1})"
