"""Numbers as people read them: enough digits to compare, no more."""

import re
from collections.abc import Sequence

from willbuy.evaluation.result.metrics import Estimate, Interval, Metrics
from willbuy.evaluation.result.run import Result

NONE = "–"
_DATE = re.compile(r"\d{4}-\d\d-\d\d")


def count(value: float | None) -> str:
    """A whole number with separators.

    >>> count(1234567), count(None)
    ('1,234,567', '–')
    """
    return NONE if value is None else f"{round(value):,}"


def figure(value: float | None, digits: int = 3) -> str:
    """A figure with a fixed number of digits after the point; more where all of them would be 0.

    >>> figure(0.76451), figure(0.000123), figure(0.0), figure(None)
    ('0.765', '0.00012', '0.000', '–')
    """
    if value is None:
        return NONE
    if value != 0 and abs(value) < 10 ** (1 - digits):
        return f"{value:.2g}" if abs(value) >= 1e-4 else f"{value:.1e}"
    return f"{value:.{digits}f}"


def percent(value: float | None) -> str:
    """A share of 1 in percent, with two to three significant digits; 100 % is all, and nothing less.

    >>> percent(0.5), percent(0.0423), percent(0.00012), percent(0.99983), percent(1.0), percent(0.0)
    ('50.0 %', '4.2 %', '0.012 %', '99.983 %', '100 %', '0 %')
    >>> percent(-0.031), percent(6e-7)
    ('−3.1 %', '0.0001 %')
    """
    if value is None:
        return NONE
    if value < 0:
        return f"−{percent(-value)}"
    if value in (0.0, 1.0):
        return f"{value:.0%}".replace("%", " %")
    hundredfold = 100 * value
    if hundredfold > 99.9:
        return f"{100 - float(f'{100 - hundredfold:.2g}'):.10g} %"
    if hundredfold < 1e-4:
        return f"{hundredfold:.4f} %"
    return f"{hundredfold:.1f} %" if hundredfold >= 1 else f"{hundredfold:.2g} %"


def share(value: float) -> str:
    """A share that somebody set, not measured, in percent.

    >>> share(0.1), share(0.025)
    ('10 %', '2.5 %')
    """
    return f"{100 * value:.4g} %"


def signed(value: float | None, digits: int = 3) -> str:
    """A difference with its sign.

    >>> signed(0.0512), signed(-0.2)
    ('+0.051', '−0.200')
    """
    if value is None:
        return NONE
    return ("−" if value < 0 else "+") + figure(abs(value), digits)


def interval(found: Interval | Estimate, digits: int = 3) -> str:
    """`0.741 to 0.802`, or a dash.

    >>> interval({"low": 0.741, "high": 0.802})
    '0.741 to 0.802'
    """
    if found["low"] is None or found["high"] is None:
        return NONE
    return f"{figure(found['low'], digits)} to {figure(found['high'], digits)}"


def signed_interval(found: Interval | Estimate, digits: int = 3) -> str:
    """`+0.051 to +0.102`, or a dash."""
    if found["low"] is None or found["high"] is None:
        return NONE
    return f"{signed(found['low'], digits)} to {signed(found['high'], digits)}"


def percent_interval(found: Interval | Estimate) -> str:
    """`4.1 % to 5.0 %`, or a dash."""
    if found["low"] is None or found["high"] is None:
        return NONE
    return f"{percent(found['low'])} to {percent(found['high'])}"


def times_the_base_rate(found: Metrics) -> str:
    """Average precision over the base rate of the same rows, with its interval: `× 5.0 (3.8 to 6.1)`, or nothing."""
    over = found["average_precision_over_base"]
    return f"× {figure(over['value'], 1)} ({interval(over, 1)})" if over["value"] is not None else ""


def skill(found: Estimate) -> str:
    """A skill in percent with its interval, each to a tenth.

    >>> skill({"value": 0.1211, "low": -0.0004, "high": 0.157})
    '12.1 % (0.0 to 15.7)'
    """
    if found["value"] is None or found["low"] is None or found["high"] is None:
        return NONE if found["value"] is None else f"{_tenths(found['value'])} %"
    return f"{_tenths(found['value'])} % ({_tenths(found['low'])} to {_tenths(found['high'])})"


def _tenths(value: float) -> str:
    rounded = round(100 * value, 1)
    return f"{'−' if rounded < 0 else ''}{abs(rounded):.1f}"


def money(value: float | None) -> str:
    """An amount in whole units from a hundred on, with hundredths below; a fraction of a cent is not lost.

    >>> money(12345.6), money(-7.5), money(0.0), money(0.0042), money(None)
    ('12,346', '−7.50', '0', '0.0042', '–')
    """
    if value is None:
        return NONE
    size = abs(value)
    text = f"{size:,.0f}" if size >= 100 or not size else f"{size:.2f}" if size >= 0.1 else f"{size:.2g}"
    return f"−{text}" if value < 0 else text


def money_interval(found: Interval | Estimate) -> str:
    """`−3.50 to 1,204`, or a dash."""
    if found["low"] is None or found["high"] is None:
        return NONE
    return f"{money(found['low'])} to {money(found['high'])}"


def places_in_words(places: Sequence[str]) -> str:
    """The places that a part of an order holds, oldest first.

    >>> places_in_words(["Feb", "Mar", "Oct"]), places_in_words(["Nov", "Dec"]), places_in_words([])
    ('Feb to Oct', 'Nov and Dec', '–')
    """
    if len(places) <= 2:
        return " and ".join(places) or NONE
    return f"{places[0]} to {places[-1]}"


def moment(text: str | None) -> str:
    """ISO text for readers: the date alone at midnight, minutes else. The name of a place in an order is left as it is.

    >>> moment("2024-03-01T00:00:00"), moment("2024-03-01T12:30:04.5"), moment("Oct"), moment(None)
    ('2024-03-01', '2024-03-01 12:30', 'Oct', '–')
    """
    if text is None:
        return NONE
    if not _DATE.match(text):
        return text
    day, _, clock = text.replace(" ", "T").partition("T")
    return day if clock[:8] in ("", "00:00:00", "00:00") else f"{day} {clock[:5]}"


def drawn(result: Result) -> str:
    """What a draw of the bootstrap takes with all of its rows, in a word: a visitor, of a table an entity or a mere row.

    >>> drawn({"task": {"kind": "table"}, "test": {"entities": 9, "n": 12}}), drawn({"task": {"kind": "session"}})
    ('entity', 'visitor')
    """
    if result["task"]["kind"] != "table":
        return "visitor"
    return "row" if result["test"]["entities"] == result["test"]["n"] else "entity"


_ORDINARY = ("a", "events", "inside", "labels", "models", "none", "somebody", "the", "there")


def as_sentence(words: str) -> str:
    """Words with a full stop, and a capital letter where they begin with a word and not with the name of a column.

    >>> as_sentence("the test holds 9"), as_sentence("paid alone tells")
    ('The test holds 9.', 'paid alone tells.')
    """
    capital = words.split(" ", maxsplit=1)[0] in _ORDINARY
    return (words[:1].upper() + words[1:] if capital else words).rstrip(".") + "."
