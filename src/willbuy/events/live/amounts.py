"""Prices and quantities from their text, exactly: the twins of the expressions in `events.numbers`."""

import re
from collections.abc import Callable

from willbuy.events.numbers import NUMBER, WHOLE, most_digits

BLANKS = " \u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u3000"
"""What the engine's `trim` takes away: the spaces of Unicode, not tabs and line ends."""

_NUMBER = re.compile(NUMBER)
_WHOLE = re.compile(WHOLE)

Amount = Callable[[str], int | str]
"""From a text to an integer, or the name of the rule that it breaks."""


def price_text(text: str, decimal: str) -> str:
    """The price with a point for its decimals and without blanks around it.

    >>> price_text(" 1234,50 ", ","), price_text("1.234,50", ",")
    ('1234.50', '1.234,50?')
    """
    if decimal == ".":
        return text.strip(BLANKS)
    return text + "?" if "." in text else text.strip(BLANKS).replace(",", ".")


def read_price(decimal: str, digits: int) -> Amount:
    """A reader of prices with a declared decimal mark and digits of the minor unit.

    >>> read = read_price(".", 2)
    >>> read("35.790"), read("35.795"), read("-1"), read("3e2")
    (3579, 'price_digits', 'price_negative', 'price_not_a_number')
    """
    most = most_digits(digits)
    whole = re.compile(f"([-+]?)([0-9]{{0,{most}}})(?:[.]([0-9]{{0,{digits}}})(0*))?")
    large = re.compile(f"[-+]?[0-9]{{{most + 1}}}")

    def read(text: str) -> int | str:
        price = price_text(text, decimal)
        if not _NUMBER.fullmatch(price):
            return "price_not_a_number"
        found = whole.fullmatch(price)
        if found is None:
            return "price_too_large" if large.match(price) else "price_digits"
        sign, units, places, _ = found.groups()
        minor = int(f"{units}{(places or '').ljust(digits, '0')}" or "0")
        return minor if sign != "-" or not minor else "price_negative"

    return read


def read_quantity(text: str) -> int | str:
    """A whole number of up to 15 digits, `6` or `6.0`; negative ones are returns.

    >>> read_quantity("6.0"), read_quantity("-2"), read_quantity("1.5")
    (6, -2, 'quantity_not_whole')
    """
    return int(text.partition(".")[0]) if _WHOLE.fullmatch(text) else "quantity_not_whole"
