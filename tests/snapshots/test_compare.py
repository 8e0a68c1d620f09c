"""Two makings of one log's snapshots compared: what is the same is said to be, what is not is told by its place."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

import pytest

from snapshots.worlds import shop_of, warehouse_of
from willbuy.features.algebra import Count, DaysSinceLast, Decayed, Total
from willbuy.features.feature_set import FeatureSet
from willbuy.features.live import Event
from willbuy.snapshots import Snapshots, build_snapshots
from willbuy.snapshots.compare import ROW, compare_snapshots, told

FEATURES = FeatureSet(
    (Count("view", "7d"), Total("purchase"), DaysSinceLast(), Decayed("view", half_life="1d"))
)
ANCHORS = [datetime(2015, 5, 5), datetime(2015, 5, 10)]
Log = Mapping[str, Sequence[Event]]


def log_of(names: Sequence[str] = ("ann", "bob", "çem")) -> dict[str, list[Event]]:
    views = [Event(datetime(2015, 5, day, 7, 30), "view", "a", price=day) for day in (1, 3, 9)]
    return {name: [*views, Event(datetime(2015, 5, 11), "purchase", "a", price=250)] for name in names}


@contextmanager
def made(folder: Path, log: Log, anchors: Sequence[datetime] = ANCHORS) -> Iterator[Snapshots]:
    with warehouse_of(log) as warehouse:
        yield build_snapshots(warehouse, shop_of(folder), FEATURES, anchors)


def test_the_same_log_in_another_order_gives_the_same_rows(tmp_path: Path) -> None:
    log = log_of()
    with made(tmp_path / "a", log) as one, made(tmp_path / "b", dict(reversed(log.items()))) as other:
        tally = compare_snapshots(one, other)
    assert (tally.checked, sum(tally.mismatches.values()), tally.first) == (6, 0, [])
    assert tally.compared == dict.fromkeys([ROW, "label", *FEATURES.names], 6)
    assert told(tally) == "6 rows of 5 columns are the same"


def test_the_first_difference_is_told_by_entity_moment_and_feature(tmp_path: Path) -> None:
    log, changed = log_of(), log_of()
    changed["bob"][2] = changed["bob"][2]._replace(kind="cart")
    with made(tmp_path / "a", log) as one, made(tmp_path / "b", changed) as other:
        tally = compare_snapshots(one, other)
    assert set(tally.mismatches) == {"count_view_7d", "decayed_view_half_1d"}
    assert told(tally) == (
        "2 values differ in 6 rows; the first is count_view_7d of bob at 2015-05-10 00:00:00: 2 and 1"
    )


def test_a_row_that_one_of_them_lacks_is_a_difference(tmp_path: Path) -> None:
    with made(tmp_path / "a", log_of()) as one, made(tmp_path / "b", log_of(["ann", "çem"])) as other:
        tally = compare_snapshots(one, other)
        back = compare_snapshots(other, one)
    assert (tally.checked, tally.mismatches) == (6, {ROW: 2})
    assert tally.first[0][:5] == ("bob", ANCHORS[0], ROW, True, False)
    assert back.first[0][:5] == ("bob", ANCHORS[0], ROW, False, True)


def test_an_anchor_that_one_of_them_lacks_is_a_difference_of_its_rows(tmp_path: Path) -> None:
    with made(tmp_path / "a", log_of()) as one, made(tmp_path / "b", log_of(), ANCHORS[1:]) as other:
        tally = compare_snapshots(one, other)
    assert (tally.checked, tally.mismatches) == (6, {ROW: 3})
    assert {one.moment for one in tally.first} == {ANCHORS[0]}


@pytest.mark.parametrize(("by", "same"), [(1e-13, True), (1e-6, False)])
def test_decayed_counts_alone_may_differ_by_a_billionth(tmp_path: Path, by: float, same: bool) -> None:
    with made(tmp_path / "a", log_of()) as one, made(tmp_path / "b", log_of()) as other:
        for name in ("decayed_view_half_1d", "days_since_last_event"):
            for path in other.folder.rglob("*.parquet"):
                columns = f'* REPLACE ("{name}" + {by!r} AS "{name}")'
                other.warehouse.desk.to_parquet(
                    f"SELECT {columns} FROM {other.warehouse.desk.parquet([path])}", path
                )
        tally = compare_snapshots(one, other)
    assert ("decayed_view_half_1d" not in tally.mismatches) is same
    assert "days_since_last_event" in tally.mismatches
