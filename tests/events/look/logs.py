"""Small logs for the tests of `willbuy init`, written as code."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

START = datetime(2024, 3, 1, 8, 0, tzinfo=UTC)
Moment = Callable[[datetime], str]


def iso(moment: datetime) -> str:
    """2024-03-01 08:00:00"""
    return moment.strftime("%Y-%m-%d %H:%M:%S")


def events(days: int = 40, visitors: int = 20) -> Iterator[tuple[str, datetime, str, str, str]]:
    """A month of (visitor, moment, kind, item, price): every visitor views daily, every third buys now and then."""
    for day in range(days):
        for visitor in range(visitors):
            moment = START + timedelta(days=day, minutes=7 * visitor)
            yield f"v{visitor}", moment, "view", f"i{visitor % 5}", "19.90"
            if visitor % 3 == 0 and day % 5 == visitor % 5:
                yield f"v{visitor}", moment + timedelta(minutes=3), "order", f"i{visitor % 5}", "19.90"


def csv_log(
    write: Moment = iso,
    header: str = "visitor_id,timestamp,event,item_id,price",
    delimiter: str = ",",
    days: int = 40,
) -> str:
    """The log as CSV text."""
    lines = [header.replace(",", delimiter)] if header else []
    lines += [
        delimiter.join([who, write(moment), kind, item, price])
        for who, moment, kind, item, price in events(days)
    ]
    return "\n".join(lines) + "\n"
