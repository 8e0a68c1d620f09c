"""active_days, in SQL: the events that are the last of their local day before the anchor."""

from willbuy.features.algebra import ActiveDays
from willbuy.features.algebra.feature import Windowed
from willbuy.features.batch.query import Query, compiles


@compiles(ActiveDays)
def active_days(feature: ActiveDays, query: Query) -> str:
    """One event of every local day passes."""
    return count_days(feature, query)


def count_days(feature: Windowed, query: Query) -> str:
    """How many local days hold events that the feature reads."""
    last = query.last_of_its(query.next_of(feature, "day"))
    name = f"active_days_{feature.slug}{feature.window.suffix}"
    return query.count(name, query.matches(feature, last))
