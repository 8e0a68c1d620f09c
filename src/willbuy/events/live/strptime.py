"""Moments written in a declared format, read as the engine of ingest reads them (`try_strptime`).

It differs from Python's: numbers may have fewer digits, runs of blanks match runs of blanks, names are English.
"""

import re
from collections.abc import Callable
from datetime import MINYEAR, datetime, timedelta

from willbuy.errors import ShopError

DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
MONTHS = ("January", "February", "March", "April", "May", "June", "July", "August", "September", "October",
          "November", "December")  # fmt: skip

LONG_AGO = datetime(MINYEAR, 1, 1)
"""Stands for moments that Python cannot hold; they are refused in any case."""

_SPACE = r"[ \t\n\v\f\r]"
_SPECIAL = re.compile(rf"{_SPACE}*(?:-?infinity|epoch){_SPACE}*", re.I)
_WIDTHS = {"d": 2, "m": 2, "y": 2, "Y": 4, "H": 2, "I": 2, "M": 2, "S": 2, "f": 6, "j": 3}
_LIMITS = {"d": (1, 31), "m": (1, 12), "H": (0, 23), "I": (1, 12), "M": (0, 59), "S": (0, 59), "j": (1, 366)}
_NAMES = {"a": [day[:3] for day in DAYS], "A": DAYS, "b": [month[:3] for month in MONTHS], "B": MONTHS}
_OFFSET = r"(?P<z>[-+][0-9]{2}(?:[0-9]{2}|:[0-9]{2}(?::[0-9]{2})?)?+)"
_ZONE = rf"{_SPACE}*+(?P<Z>[A-Za-z0-9_/+-]++)"
_SHORT = {"c": "%Y-%m-%d %H:%M:%S", "x": "%Y-%m-%d", "X": "%H:%M:%S"}
_PIECE = re.compile(rf"%.|{_SPACE}+|.", re.S)

Fields = dict[str, str]
Parse = Callable[[str], "tuple[datetime, Fields] | None"]


def compile_format(form: str) -> Parse:
    """A reader of one format: text to (local time, what else stood there: `z`, `Z`), or None where it does not fit.

    Raises ShopError for codes that count weeks, which only files may use.

    >>> read = compile_format("%m/%d/%Y %H:%M")
    >>> read("12/1/2010 8:26")
    (datetime.datetime(2010, 12, 1, 8, 26), {})
    >>> read("13/1/2010 8:26") is None
    True
    """
    pattern = re.compile(f"{_SPACE}*+{_pattern(form)}{_SPACE}*+")

    def parse(text: str) -> tuple[datetime, Fields] | None:
        found = pattern.fullmatch(text)
        if found is None:
            return (LONG_AGO, {}) if _SPECIAL.fullmatch(text) else None
        return _moment(found.groupdict())

    return parse


def _pattern(form: str) -> str:
    for code, long in _SHORT.items():
        form = re.sub(rf"((?:^|[^%])(?:%%)*)%{code}", rf"\g<1>{long}", form)
    seen: set[str] = set()
    return "".join(_piece(piece, form, seen) for piece in _PIECE.findall(form))


def _piece(piece: str, form: str, seen: set[str]) -> str:
    if piece == "%%":
        return "%"
    if piece[0] != "%":
        return f"{_SPACE}++" if piece[0] in " \t\n\v\f\r" else re.escape(piece)
    code = piece[-1]
    name = "" if code in seen else f"?P<{code}>"
    seen.add(code)
    if code in _WIDTHS:
        return f"({name}[0-9]{{1,{_WIDTHS[code]}}}+)"
    if code in _NAMES:
        return f"({name}(?i:{'|'.join(_NAMES[code])}))"
    known = {"p": f"({name}(?i:[ap]m))", "z": _OFFSET, "Z": _ZONE}
    if code in known:
        return known[code]
    raise ShopError(
        f"source.time.format = {form!r}: live events cannot be read by {piece}. Write a year, month and day, "
        "or their %j: files and live events share the format."
    )


def _moment(found: dict[str, str | None]) -> tuple[datetime, Fields] | None:
    given = {code: text for code, text in found.items() if text is not None}
    numbers = {code: int(text) for code, text in given.items() if code in _WIDTHS}
    if any(not low <= numbers.get(code, low) <= high for code, (low, high) in _LIMITS.items()):
        return None
    hour = _hour(numbers, given.get("p"))
    day = _day(numbers, given)
    if hour is None or day is None:
        return None
    moment = day + timedelta(
        hours=hour,
        minutes=numbers.get("M", 0),
        seconds=numbers.get("S", 0),
        microseconds=int(given.get("f", "").ljust(6, "0")),
    )
    return moment, {code: text for code, text in given.items() if code in "zZ"}


def _hour(numbers: dict[str, int], half: str | None) -> int | None:
    hour = numbers.get("H", numbers.get("I", 0))
    if half is None:
        return hour
    if hour > 12:
        return None
    return hour % 12 + (12 if half.lower() == "pm" else 0)


def _day(numbers: dict[str, int], given: Fields) -> datetime | None:
    year = numbers.get("Y", 1900)
    if "y" in numbers:
        year = numbers["y"] + (1900 if numbers["y"] >= 69 else 2000)
    month = numbers.get("m", 1)
    for code in "bB":
        if code in given:
            month = [name.lower() for name in _NAMES[code]].index(given[code].lower()) + 1
    return day_of(year, month, numbers.get("d", 1), numbers.get("j"))


def day_of(year: int, month: int, day: int, of_year: int | None = None) -> datetime | None:
    """The midnight that a day begins with, None where there is no such day.

    >>> day_of(2023, 2, 29) is None, day_of(2023, 1, 1, of_year=32)
    (True, datetime.datetime(2023, 2, 1, 0, 0))
    """
    try:
        start = datetime(year or 2000, month, day)  # both are leap years
    except ValueError:
        return None
    if not 1 < year < 9999:
        return LONG_AGO
    return start if of_year is None else datetime(year, 1, 1) + timedelta(days=of_year - 1)
