"""The fourteen features that the feature benchmarks compute, and the anchors they compute them at.

Population: entities with an event in the 30 days before the anchor. Label: a purchase in the 7 days from the anchor on.
Windows are half-open, `[anchor - days, anchor)`.
"""

from datetime import date, datetime, timedelta

KINDS = ("view", "cart", "purchase")
COUNT_DAYS = (1, 7, 30)
DISTINCT_DAYS = (7, 30)
POPULATION_DAYS = 30
HORIZON_DAYS = 7
LONGEST_DAYS = 30

COUNTS = tuple(f"count_{kind}_{days}d" for days in COUNT_DAYS for kind in KINDS)
DISTINCT = tuple(f"distinct_item_view_{days}d" for days in DISTINCT_DAYS)
COUNT_ALL = "count_event_30d"
DAYS_SINCE = "days_since_last_event_30d"
RATIO = "ratio_cart_view_7d"
FEATURES = (*COUNTS, *DISTINCT, COUNT_ALL, DAYS_SINCE, RATIO)
"""Names in the order in which results are compared; all integers but the last two, which are one division each."""

LAST_ANCHOR = datetime(2015, 9, 10)  # the last midnight whose 7 days have passed when the log ends


def anchors(number: int, step_days: int) -> list[datetime]:
    """The newest `number` anchors of the grid, the latest first.

    >>> anchors(2, 7)
    [datetime.datetime(2015, 9, 10, 0, 0), datetime.datetime(2015, 9, 3, 0, 0)]
    """
    return [LAST_ANCHOR - timedelta(days=step_days * i) for i in range(number)]


def write_anchors(moments: list[datetime]) -> str:
    """The anchors as one argument of a command line.

    >>> write_anchors(anchors(2, 7))
    '2015-09-10,2015-09-03'
    """
    return ",".join(f"{moment:%Y-%m-%d}" for moment in moments)


def read_anchors(text: str) -> list[datetime]:
    """What `write_anchors` wrote."""
    days = (date.fromisoformat(part) for part in text.split(","))
    return [datetime(day.year, day.month, day.day) for day in days]
