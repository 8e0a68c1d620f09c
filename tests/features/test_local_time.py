"""Local days, hours and weekdays: SQL with literal offsets says what Python's own zone data says."""

import itertools
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from willbuy.errors import ShopError
from willbuy.features.batch.local_sql import local_day, local_hour, local_microseconds, local_weekday
from willbuy.features.local_time import EPOCH, LocalTime
from willbuy.warehouse.duckdb import DuckDBWarehouse

ZONES = (
    "UTC",
    "Europe/Berlin",
    "America/New_York",
    "Australia/Lord_Howe",
    "Pacific/Apia",
    "Africa/Casablanca",
    "Asia/Kathmandu",
)
SPAN = (datetime(2011, 6, 1), datetime(2015, 12, 31))


@pytest.mark.parametrize("zone", ZONES)
def test_sql_agrees_with_python_every_hour_of_years(zone: str) -> None:
    clock = LocalTime(zone)
    with DuckDBWarehouse(None) as warehouse:
        local = local_microseconds('"moment"', tuple(clock.offsets(*SPAN)), warehouse.dialect)
        day, hour, weekday = (
            part(local, warehouse.dialect) for part in (local_day, local_hour, local_weekday)
        )
        first, last = (warehouse.dialect.timestamp(moment) for moment in SPAN)
        rows = warehouse.rows(
            f'SELECT "moment", {day}, {hour}, {weekday} FROM (SELECT UNNEST(generate_series({first}, {last}, '
            'INTERVAL 59 MINUTES)) AS "moment") m'
        )
    assert len(rows) > 40_000
    for moment, day_found, hour_found, weekday_found in rows:
        there = moment.replace(tzinfo=UTC).astimezone(ZoneInfo(zone))
        assert day_found == (there.date() - EPOCH.date()).days
        assert hour_found == there.hour
        assert weekday_found == there.weekday()


@pytest.mark.parametrize("zone", ZONES)
def test_changes_of_the_clock_are_found_to_the_microsecond(zone: str) -> None:
    clock = LocalTime(zone)
    offsets = clock.offsets(*SPAN)
    assert offsets[0] == (SPAN[0], clock.offset(SPAN[0]))
    for (_, before), (since, after) in itertools.pairwise(offsets):
        assert clock.offset(since) == after
        assert clock.offset(since - timedelta(microseconds=1)) == before != after
    if zone == "Pacific/Apia":  # it went from one side of the date line to the other, and has summer time
        assert (datetime(2011, 12, 30, 10), 14 * 3_600_000_000) in offsets


@given(
    zone=st.sampled_from(ZONES),
    moment=st.datetimes(min_value=datetime(1960, 1, 1), max_value=datetime(2037, 1, 1)),
)
def test_midnight_begins_its_day(zone: str, moment: datetime) -> None:
    clock = LocalTime(zone)
    day = clock.day(moment)
    midnight = clock.midnight(day)
    assert clock.day(midnight) == day
    assert clock.day(midnight - timedelta(microseconds=1)) < day
    assert midnight <= moment


def test_an_unknown_zone_is_named_with_the_nearest() -> None:
    with pytest.raises(ShopError, match=r"'Europe/Berln' is no time zone.*Did you mean 'Europe/Berlin'"):
        LocalTime("Europe/Berln")
