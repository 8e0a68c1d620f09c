"""How many buy: the base rate of the target on the rows looked at, at the last anchor whose horizon has passed."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from willbuy.durations import Duration
from willbuy.events.look.sight import BaseRate
from willbuy.events.look.table import Looked
from willbuy.warehouse.duckdb import DuckDBDialect

_sql = DuckDBDialect()
SESSION_GAP = "INTERVAL 30 MINUTE"


def end_of_log(last: datetime) -> datetime:
    """The moment up to which the log is complete: the end of the minute of its last event.

    >>> end_of_log(datetime(2017, 12, 3, 15, 59, 59))
    datetime.datetime(2017, 12, 3, 16, 0)
    """
    return last.replace(second=0, microsecond=0) + timedelta(minutes=1)


def last_anchor(last: datetime, within: Duration, zone: str) -> datetime:
    """The last midnight of the shop's zone (as UTC) whose horizon has passed when the log ends.

    >>> last_anchor(datetime(2015, 9, 18, 2, 59), Duration.parse("7d"), "UTC")
    datetime.datetime(2015, 9, 11, 0, 0)
    >>> last_anchor(datetime(2015, 9, 18, 2, 59), Duration.parse("7d"), "Europe/Berlin")
    datetime.datetime(2015, 9, 10, 22, 0)
    """
    utc, local = ZoneInfo("UTC"), ZoneInfo(zone)
    latest = end_of_log(last) - timedelta(microseconds=within.microseconds)
    midnight = latest.replace(tzinfo=utc).astimezone(local).replace(hour=0, minute=0, second=0, microsecond=0)
    return midnight.astimezone(utc).replace(tzinfo=None)


def earliest_anchor(first: datetime, within: Duration) -> datetime:
    """The first moment with enough of the log before it: a horizon, at most 30 days."""
    return first + min(timedelta(microseconds=within.microseconds), timedelta(days=30))


def horizon_rate(looked: Looked, anchor: datetime, within: Duration, active: Duration | None) -> BaseRate:
    """Of the entities active before the anchor, how many buy in [anchor, anchor + within)."""
    moment = _sql.timestamp(anchor)
    end = f"{moment} + INTERVAL {within.microseconds} MICROSECONDS"
    since = f"AND moment >= {moment} - INTERVAL {active.microseconds} MICROSECONDS" if active else ""
    ((n, positives),) = looked.rows(
        f"SELECT count(*), coalesce(sum(bought), 0) FROM (SELECT entity, "
        f"bool_or(moment < {moment} {since}) AS known, "
        f"max(CASE WHEN kind = 'purchase' AND moment >= {moment} AND moment < {end} THEN 1 ELSE 0 END) AS bought "
        "FROM seen GROUP BY entity) WHERE known"
    )
    return BaseRate(int(n), int(positives), anchor)


def session_rate(looked: Looked, has_session: bool) -> BaseRate:
    """How many sessions hold a purchase; where the log names none, 30 idle minutes end one."""
    if has_session:
        sessions = "SELECT bool_or(kind = 'purchase') AS bought FROM seen GROUP BY entity, session"
    else:
        sessions = (
            "SELECT bool_or(kind = 'purchase') AS bought FROM (SELECT entity, kind, sum(opens) OVER "
            "(PARTITION BY entity ORDER BY moment, ordinal ROWS UNBOUNDED PRECEDING) AS number FROM "
            "(SELECT entity, kind, moment, ordinal, CASE WHEN moment - lag(moment) OVER "
            f"(PARTITION BY entity ORDER BY moment, ordinal) <= {SESSION_GAP} THEN 0 ELSE 1 END AS opens FROM "
            "(SELECT *, row_number() OVER () AS ordinal FROM seen))) GROUP BY entity, number"
        )
    ((n, positives),) = looked.rows(f"SELECT count(*), count(*) FILTER (WHERE bought) FROM ({sessions})")
    return BaseRate(int(n), int(positives))
