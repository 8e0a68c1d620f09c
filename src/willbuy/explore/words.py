"""Words for the page's sentences: kinds, spans of time, numbers of things."""

from datetime import date, timedelta

from willbuy.evaluation.words import count

WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
PLURALS = {
    "view": "views",
    "cart": "carts",
    "remove": "removals",
    "favourite": "favourites",
    "purchase": "purchases",
    "other": "other events",
}
DID = {
    "view": "looked at something",
    "cart": "put something into the cart",
    "remove": "took something out of the cart",
    "favourite": "marked a favourite",
    "purchase": "bought",
    "other": "had an event of the kind other",
}
_EPOCH = date(1970, 1, 1)


def number_of(number: int, one: str, many: str | None = None) -> str:
    """How many of a thing.

    >>> number_of(1, "session"), number_of(1200, "session"), number_of(2, "day of it", "days of it")
    ('1 session', '1,200 sessions', '2 days of it')
    """
    return f"{count(number)} {one if number == 1 else many or one + 's'}"


def span(hours: float) -> str:
    """A span of time, in the unit that reads best.

    >>> span(0.5), span(5), span(60), span(24 * 30)
    ('under an hour', '5 hours', '2.5 days', '30 days')
    """
    if hours < 1:
        return "under an hour"
    if hours < 48:
        return "an hour" if round(hours) == 1 else number_of(round(hours), "hour")
    days = hours / 24
    return f"{days:.0f} days" if days >= 10 or days == int(days) else f"{days:.1f} days"


def day_text(day: int) -> str:
    """A local day, counted from 1970-01-01, as ISO text.

    >>> day_text(16556)
    '2015-05-01'
    """
    return (_EPOCH + timedelta(days=day)).isoformat()


def clock_text(hour: int) -> str:
    """An hour of the day, as from when to when.

    >>> clock_text(9), clock_text(23)
    ('9:00 to 10:00', '23:00 to 24:00')
    """
    return f"{hour}:00 to {hour + 1}:00"


def listed_words(parts: list[str]) -> str:
    """Words in a row, the last after "and".

    >>> listed_words(["a"]), listed_words(["a", "b", "c"])
    ('a', 'a, b and c')
    """
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}"


def times(ratio: float) -> str:
    """A ratio in words.

    >>> times(1.93), times(0.25)
    ('1.9 times', '0.25 times')
    """
    return f"{ratio:.1f} times" if ratio >= 1 else f"{ratio:.2g} times"
