"""The text of a JSON value, as the engine of ingest writes it when it reads a line."""

from decimal import Decimal
from typing import Any

LARGEST = 1 << 4000
"""Whole numbers from here on are longer than any field may be; their text is never made."""

TOO_LONG = "9" * 1001


def text_of(value: Any) -> str | None:
    """The text of a plain value; None for null and for an empty text.

    >>> [text_of(value) for value in (7, "007", True, 35.79, 1e16, 1e-7, "", None)]
    ['7', '007', 'true', '35.79', '10000000000000000.0', '1e-7', None, None]
    """
    kind = type(value)
    if kind is str:
        return value or None
    if value is None:
        return None
    if kind is bool:
        return "true" if value else "false"
    if kind is int:
        return str(value) if -LARGEST < value < LARGEST else TOO_LONG
    return number_text(value) if kind is float else str(value)


def number_text(value: float) -> str:
    """A number with a point, in the fewest digits that give it back; with an exponent from 1e21 on and below 1e-6.

    >>> number_text(17850.0), number_text(1.5e300), number_text(0.0000012)
    ('17850.0', '1.5e300', '0.0000012')
    """
    shortest = repr(value)
    if "e" not in shortest:
        return shortest
    exact = Decimal(shortest)
    if not -6 <= exact.adjusted() <= 20:
        return shortest.replace("e+", "e").replace("e-0", "e-")
    plain = format(exact, "f")
    return plain if "." in plain else plain + ".0"


def is_sound(value: Any) -> bool:
    r"""Whether all text in a JSON value could stand in a file: no half of a surrogate pair.

    >>> is_sound({"a": ["\u00e9"]}), is_sound({"a": ["\ud800"]})
    (True, False)
    """
    waiting = [value]
    while waiting:
        found = waiting.pop()
        if isinstance(found, str):
            if not found.isascii() and not _encodes(found):
                return False
        elif isinstance(found, dict):
            waiting += [*found, *found.values()]
        elif isinstance(found, list | tuple):
            waiting += found
    return True


def _encodes(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
