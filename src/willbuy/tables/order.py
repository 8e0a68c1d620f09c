"""A column that orders rows in time: its values in their order, as places 0, 1, 2, ..."""

import re
from bisect import bisect_left
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

import numpy as np
from numpy.typing import NDArray

from willbuy.errors import ShopError, SourceError, did_you_mean, printable
from willbuy.models.prepare.column import Column
from willbuy.models.prepare.spellings import is_null

MISSING, UNKNOWN = -1, -2
_NUMBER = Column("order", "number")
_DAY = re.compile(r"\d{4}-\d{2}(-\d{2}([T ].+)?)?")

Moment = float | datetime


def places(
    texts: Sequence[str | None], column: str, declared: Sequence[str] | None = None
) -> tuple[NDArray[np.int64], dict[int, str]]:
    """The place in time of each row (n,), and the value at each place; MISSING (-1) or UNKNOWN (-2) where there is none.

    Places are those among the declared values, else among the values that occur, sorted as numbers or as dates
    (ISO 8601; UTC where no offset stands). Raises SourceError where most values are neither.

    >>> places(["Nov", "Oct", "Now"], "Month", ["Oct", "Nov"])
    (array([ 1,  0, -2]), {0: 'Oct', 1: 'Nov'})
    >>> places(["2015-10", "2015-09-30", ""], "day")
    (array([ 1,  0, -1]), {0: '2015-09-30', 1: '2015-10'})
    """
    distinct = {text: None if is_null(text) else text for text in set(texts)}
    if declared is not None:
        names = dict(enumerate(declared))
        place = {name: number for number, name in names.items()}
    else:
        moments = _moments([text for text in distinct.values() if text is not None], column)
        sorted_moments = sorted(set(moments.values()))
        place = {text: bisect_left(sorted_moments, moment) for text, moment in moments.items()}
        names = {number: text for text, number in sorted(place.items(), reverse=True)}
        names = dict(sorted(names.items()))
    codes = {
        text: MISSING if plain is None else place.get(plain, UNKNOWN) for text, plain in distinct.items()
    }
    return np.fromiter((codes[text] for text in texts), dtype=np.int64, count=len(texts)), names


def place_of(value: str | int, names: Mapping[int, str], declared: Sequence[str] | None = None) -> int:
    """The first place at or after a value of the order: rows from there on are no earlier than it.

    >>> place_of("Nov", {0: "Oct", 1: "Nov"}, ["Oct", "Nov"]), place_of("2015-10-01", {0: "2015-09-30", 1: "2015-10-02"})
    (1, 1)
    """
    if declared is not None:
        return list(declared).index(str(value))
    wanted = _moment(str(value))
    known = [_moment(name) for _, name in sorted(names.items())]
    if wanted is None or any(type(wanted) is not type(one) for one in known):
        raise ShopError(
            f"table.test_from = {printable(str(value))!r}: expected a value like those of the order, which goes from "
            f"{printable(names[min(names)])!r} to {printable(names[max(names)])!r}.{did_you_mean(str(value), list(names.values()))}"
        )
    return bisect_left(known, wanted)  # type: ignore[type-var]


def _moments(texts: Sequence[str], column: str) -> dict[str, Moment]:
    """The texts that can be read as moments, all of one kind: numbers or dates, whichever most of them are."""
    read = {text: _moment(text) for text in texts}
    kinds = [type(moment) for moment in read.values() if moment is not None]
    common = max((float, datetime), key=kinds.count)
    if 2 * kinds.count(common) <= len(texts):
        odd = next((text for text, moment in read.items() if moment is None), "")
        raise SourceError(
            f"the order {printable(column)!r} holds {printable(odd, 40)!r}, neither a number nor a date such as 2015-09-30. "
            "Declare its values, oldest first: table.order_values."
        )
    return {
        text: moment for text, moment in read.items() if moment is not None and isinstance(moment, common)
    }


def _moment(text: str) -> Moment | None:
    plain = text.strip()
    if _DAY.fullmatch(plain):
        try:
            found = datetime.fromisoformat(plain if len(plain) > 7 else f"{plain}-01")
        except ValueError:
            return None
        return found.replace(tzinfo=UTC) if found.tzinfo is None else found
    value, bad = _NUMBER.try_code([text])
    return None if bad[0] else float(value[0])
