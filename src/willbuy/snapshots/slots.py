"""Slots of time: how the anchors of session tasks are kept together, as a grid's are by their moment."""

from datetime import datetime, timedelta

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
