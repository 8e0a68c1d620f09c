"""What a column is, told from its values alone."""

import re
from collections import Counter

from willbuy.models.prepare import Column
from willbuy.models.prepare.spellings import flag_of, is_null
from willbuy.tables.declared import MOST_VALUES, RESERVED

_NUMBER = Column("number", "number")
_LEADING_ZERO = re.compile(r"[+-]?0[0-9]")
_COMMA = re.compile(r"[+-]?[0-9]+,[0-9]+")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}(-[0-9]{2}([T ].*)?)?")
_ID = re.compile(r"(?i:(^|[_ .-])(id|uid|guid|uuid))$|[a-z](ID|Id)$")
FEW = 20
"""Whole numbers of so few values may be codes, which only the user knows."""

MOST_ODD = 0.05
"""A column may hold this share of values that are no numbers and still be one of numbers: their rows are refused."""


def guess(name: str, values: Counter[str], rows: int) -> tuple[str, str]:
    """A column's role and why: `values` counts its texts without the nulls, `rows` are all rows.

    >>> guess("price", Counter(["1.5", "2", "7"]), 3)
    ('number', 'numbers')
    >>> guess("new", Counter({"yes": 3, "no": 4}), 9)
    ('flag', "'no' and 'yes'")
    >>> guess("zip", Counter(["01067", "80331"]), 2)
    ('category', 'numbers with leading zeros: codes')
    """
    if name.casefold() in RESERVED:
        return "ignore", "a name that willbuy uses itself: rename it in the file to use it"
    if len(values) < 2:
        return "ignore", "one value in every row" if values else "no value at all"
    flags = {flag_of(text) for text in values} if len(values) <= 16 else {None}
    if flags == {0.0, 1.0}:
        return "flag", " and ".join(f"'{text}'" for text in sorted(values)[:3])
    return _of_many(name, values, rows)


def is_id(name: str, values: Counter[str], rows: int) -> bool:
    """Whether a column is called an id, and tells most rows apart.

    >>> is_id("UserID", Counter(["a", "b", "c"]), 4), is_id("paid", Counter(["a", "b", "c"]), 4)
    (True, False)
    """
    return _ID.search(name) is not None and 2 * len(values) > rows


def has_commas(values: Counter[str]) -> bool:
    """Whether most values are numbers with a decimal comma."""
    return bool(values) and 2 * sum(_COMMA.fullmatch(text) is not None for text in values) > len(values)


def counted(texts: list[str | None]) -> Counter[str]:
    """How often each value occurs, nulls left out."""
    return Counter({text: n for text, n in Counter(texts).items() if text is not None and not is_null(text)})


def _of_many(name: str, values: Counter[str], rows: int) -> tuple[str, str]:
    texts = [text.replace(",", ".") for text in values] if has_commas(values) else list(values)
    _, bad = _NUMBER.try_code(texts)
    odd = sum(n for n, wrong in zip(values.values(), bad, strict=True) if wrong)
    if odd <= MOST_ODD * values.total():
        if any(_LEADING_ZERO.match(text) and "." not in text for text in values):
            return _category(values, "numbers with leading zeros: codes")
        if is_id(name, values, rows):
            return "ignore", "an id: it tells rows apart, and nothing about the next one"
        if not odd and len(values) <= FEW and all(text.isdigit() for text in values):
            return "number", 'few whole numbers; if they are codes, "category"'
        return "number", f"numbers but in {odd:,} rows, which will be refused" if odd else "numbers"
    if all(_DAY.fullmatch(text) for text in values):
        return "ignore", "dates: no input as they are"
    return _category(values, "texts")


def _category(values: Counter[str], why: str) -> tuple[str, str]:
    if len(values) > MOST_VALUES:
        return "ignore", f"{why} of {len(values):,} different values: an id, or free text"
    return "category", why
