"""How values are written for people: a number, a span, money, a share, an hour, a weekday."""

from collections.abc import Callable

DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_SPANS = ((86_400.0, "day"), (3_600.0, "hour"), (60.0, "minute"), (1.0, "second"))


def number(value: float) -> str:
    """Whole numbers in full, others with three digits.

    >>> number(12.0), number(1234567.0), number(0.25), number(-3.14159), number(0.0004), number(2500.4)
    ('12', '1,234,567', '0.25', '-3.14', 'less than 0.01', '2,500')
    """
    if value == int(value) or abs(value) >= 100:
        return f"{value:,.0f}"
    return f"{value:.3g}" if abs(value) >= 0.01 else "less than 0.01" if value > 0 else f"{value:.1g}"


def figure(value: float) -> str:
    """As `number`, but small ones in full: in a table's column 0.003 may be much.

    >>> figure(12.0), figure(1234.5), figure(0.25), figure(0.00312), figure(-0.000045)
    ('12', '1,234', '0.25', '0.00312', '-4.5e-05')
    """
    return number(value) if value == int(value) or abs(value) >= 100 else f"{value:.3g}"


def seconds(value: float) -> str:
    """A span of seconds, in the largest unit that fills it twice.

    >>> seconds(1.0), seconds(45.3), seconds(300.0), seconds(93_600.0), seconds(864_000.0)
    ('1 second', '45 seconds', '5 minutes', '26 hours', '10 days')
    """
    size, unit = next((one for one in _SPANS if abs(value) >= 2 * one[0]), _SPANS[-1])
    count = f"{value / size:,.0f}"
    return f"{count} {unit}" + ("" if count == "1" else "s")


def span(value: float) -> str:
    """A span of days.

    >>> span(12.4), span(1.5), span(0.01)
    ('12 days', '36 hours', '14 minutes')
    """
    return seconds(value * 86_400.0)


def money(value: float, digits: int) -> str:
    """Minor units as money of the shop.

    >>> money(123456.0, 2), money(99.6, 0)
    ('1,234.56', '100')
    """
    return f"{value / 10**digits:,.{digits}f}"


FORMS: dict[str, Callable[[float], str]] = {
    "number": number,
    "figure": figure,
    "span": span,
    "seconds": seconds,
    "percent": lambda value: f"{value:.0%}",
    "hundred": lambda value: number(100.0 * value),
    "hour": lambda value: f"{value:02.0f}:00",
    "weekday": lambda value: DAYS[int(value) % 7],
}
"""How a form of `features.algebra.phrases` is written; money needs its digits."""


def written(value: float, form: str, digits: int) -> str:
    """The value in a form; a form that this version does not know is written as a number."""
    return money(value, digits) if form == "money" else FORMS.get(form, number)(value)
