"""The grid: matured local midnights, at least a step apart."""

import itertools
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from snapshots.worlds import shop_of
from willbuy.errors import NotEnoughData, ShopError
from willbuy.features.local_time import LocalTime
from willbuy.features.log import end_of_log
from willbuy.snapshots import grid
from willbuy.snapshots.grid import waiting

HERE = Path()


def days(found: list[datetime]) -> list[str]:
    return [f"{moment:%m-%d %H:%M}" for moment in found]


def test_anchors_count_back_from_the_last_whole_window() -> None:
    shop = shop_of(HERE, "7d")
    found = grid(shop, datetime(2015, 5, 3, 3), datetime(2015, 6, 5, 18))
    assert days(found) == ["05-15 00:00", "05-22 00:00", "05-29 00:00"]  # 05-29 and 7 days end on 06-05 00:00


def test_a_log_cut_in_the_last_minute_of_a_day_is_whole_to_midnight() -> None:
    shop = shop_of(HERE, "1d")
    assert grid(shop, datetime(2015, 5, 1), datetime(2015, 5, 9, 23, 59, 1))[-1] == datetime(2015, 5, 9)
    assert grid(shop, datetime(2015, 5, 1), datetime(2015, 5, 9, 23, 58, 59))[-1] == datetime(2015, 5, 8)


def test_the_lag_of_late_events_is_waited_for() -> None:
    shop = shop_of(HERE, "1d")
    found = grid(shop, datetime(2015, 5, 1), datetime(2015, 5, 9, 23, 59), timedelta(minutes=1))
    assert found[-1] == datetime(2015, 5, 8)


def test_the_step_and_the_newest_anchors_may_be_chosen() -> None:
    shop = shop_of(HERE, "4d", anchors={"every": "1d", "last": 3})
    found = grid(shop, datetime(2015, 5, 1), datetime(2015, 5, 31, 12))
    assert days(found) == ["05-25 00:00", "05-26 00:00", "05-27 00:00"]


def test_steps_of_hours_leave_midnight() -> None:
    shop = shop_of(HERE, "6h", anchors={"last": 3})
    found = grid(shop, datetime(2015, 5, 1), datetime(2015, 5, 3, 12))
    assert days(found) == ["05-02 12:00", "05-02 18:00", "05-03 00:00"]


@given(
    zone=st.sampled_from(["UTC", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Pacific/Apia"]),
    first=st.datetimes(datetime(2011, 1, 1), datetime(2015, 1, 1)),
    span=st.timedeltas(timedelta(hours=1), timedelta(days=300)),
    within=st.sampled_from(["12h", "1d", "2d", "7d", "30d", "60d"]),
    lag=st.timedeltas(timedelta(0), timedelta(days=3)),
)
def test_every_anchor_has_matured_and_none_overlaps_the_next(
    zone: str, first: datetime, span: timedelta, within: str, lag: timedelta
) -> None:
    shop = shop_of(HERE, within, shop={"zone": zone})
    clock, last = LocalTime(zone), first + span
    horizon = timedelta(microseconds=shop.target.within.microseconds)  # type: ignore[union-attr]
    try:
        found = grid(shop, first, last, lag)
    except NotEnoughData:
        assert span < 2 * horizon + lag + timedelta(days=2)
        return
    assert found == sorted(set(found))
    for moment in found:
        assert moment + horizon + lag <= end_of_log(last)
        assert moment >= first + min(horizon, timedelta(days=30))
        if horizon >= timedelta(days=1):
            assert clock.midnight(clock.day(moment)) == moment
    assert all(later - earlier >= horizon for earlier, later in itertools.pairwise(found))
    assert end_of_log(last) - found[-1] < horizon + lag + timedelta(days=2)  # no later midnight was left out


def test_a_horizon_longer_than_the_log_says_so_with_numbers() -> None:
    with pytest.raises(
        NotEnoughData, match=r"spans 9\.0 days .* horizon is 30d: .*Bring a longer log, or shorten"
    ):
        grid(shop_of(HERE, "30d"), datetime(2015, 5, 1), datetime(2015, 5, 10))


def test_a_log_of_one_day_says_so() -> None:
    with pytest.raises(NotEnoughData, match=r"spans 0\.5 days"):
        grid(shop_of(HERE, "7d"), datetime(2015, 5, 1), datetime(2015, 5, 1, 12))


def test_a_session_task_has_no_grid() -> None:
    with pytest.raises(ShopError, match="no calendar grid"):
        grid(shop_of(HERE, "session"), datetime(2015, 5, 1), datetime(2015, 5, 10))


def test_the_anchors_that_wait_are_those_after_the_last_matured_one() -> None:
    shop = shop_of(HERE, "7d")
    end = datetime(2015, 6, 9, 18)
    last = grid(shop, datetime(2015, 5, 3, 3), end)[-1]
    assert days([last]) == ["06-02 00:00"]
    assert days(waiting(shop, last, end)) == ["06-09 00:00"]
    daily = shop_of(HERE, "7d", anchors={"every": "1d"})
    assert [moment.day for moment in waiting(daily, last, end)] == [3, 4, 5, 6, 7, 8, 9]


def test_waiting_anchors_stay_a_step_apart_and_at_midnight_over_a_change_of_the_clock() -> None:
    shop = shop_of(HERE, "1d", shop={"zone": "Europe/Berlin"})
    for last in (datetime(2015, 3, 27, 23), datetime(2015, 10, 23, 22)):  # local midnights before a change
        found = [last, *waiting(shop, last, last + timedelta(days=5))]
        assert all(b - a >= timedelta(days=1) for a, b in itertools.pairwise(found))
        clock = LocalTime("Europe/Berlin")
        assert all(clock.midnight(clock.day(moment)) == moment for moment in found)
