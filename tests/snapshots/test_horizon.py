"""Snapshots of horizon tasks: population, label, order, what is refused, and nothing half-written."""

from datetime import datetime, timedelta
from pathlib import Path

import pandas as pd
import pytest

from features.random_log import random_log
from snapshots.worlds import shop_of, warehouse_of
from willbuy.errors import NotEnoughData
from willbuy.features.algebra import Count, DaysSinceLast, Distinct
from willbuy.features.catalogue import features_of
from willbuy.features.feature_set import FeatureSet
from willbuy.features.live import Event, evaluate
from willbuy.features.live.item_facts import item_facts_at
from willbuy.features.log import summarise
from willbuy.snapshots import build_snapshots, groups, score_frame
from willbuy.warehouse.duckdb import DuckDBWarehouse

FEATURES = FeatureSet((Count("view", "7d"), Distinct("view"), DaysSinceLast("purchase")))


def at(day: int, hour: int = 0, minute: int = 0, second: int = 0) -> datetime:
    return datetime(2015, 5, day, hour, minute, second)


LOG = {
    "zoe": [
        Event(at(1), "view", "a"),
        Event(at(9), "view", "b"),
        Event(at(10), "purchase", "b"),
    ],  # at the anchor
    "Adam": [Event(at(8), "cart", "a"), Event(at(12), "purchase", "a")],  # at its end: the next window's
    "émile": [Event(at(9, 23, 59, 59), "purchase", "a"), Event(at(11, 23, 59, 59), "purchase", "a")],
    "late": [Event(at(9), "view", "a", received=at(11)), Event(at(11), "purchase", "a")],
    "gone": [Event(at(2), "view", "a"), Event(at(13, 23, 59), "view", "a")],
}


def test_population_label_and_features_by_hand(tmp_path: Path) -> None:
    shop = shop_of(tmp_path, "2d", population={"active_within": "3d"})
    with warehouse_of(LOG) as warehouse:
        built = build_snapshots(warehouse, shop, FEATURES, [at(10)])
        frame = built.frame()
    assert list(frame.columns) == ["entity_key", "entity", "anchor", "label", *FEATURES.names]
    assert list(frame["entity"]) == [
        "Adam",
        "zoe",
        "émile",
    ]  # by bytes; "late" was not known, "gone" not active
    assert list(frame["label"]) == [0, 1, 1]
    assert list(frame["count_view_7d"]) == [0, 1, 0]
    assert list(frame["distinct_item_view"]) == [0, 2, 0]
    assert frame["days_since_last_purchase"].isna().tolist() == [True, True, False]
    [anchor] = built.anchors
    assert (anchor.moment, anchor.matured, anchor.n, anchor.positives) == (at(10), True, 3, 2)
    assert anchor.base_rate == pytest.approx(2 / 3)
    assert anchor.label_end == at(12)


@pytest.mark.parametrize(
    ("population", "expected"),
    [
        ({"ever": True}, ["Adam", "gone", "zoe", "émile"]),
        ({}, ["Adam", "gone", "zoe", "émile"]),
        ({"kind": "purchase", "ever": True}, ["émile"]),
        ({"kind": "view", "active_within": "1d"}, ["zoe"]),  # exactly a day ago: inside
    ],
)
def test_the_population_is_what_the_shop_file_says(
    tmp_path: Path, population: dict[str, object], expected: list[str]
) -> None:
    shop = shop_of(tmp_path, "2d", population=population)
    with warehouse_of(LOG) as warehouse:
        assert list(build_snapshots(warehouse, shop, FEATURES, [at(10)]).frame()["entity"]) == expected
        assert list(score_frame(warehouse, shop, FEATURES, at(10))["entity"]) == expected


def test_only_matured_snapshots_have_a_label(tmp_path: Path) -> None:
    with warehouse_of({name: LOG[name] for name in LOG if name != "late"}) as warehouse:
        built = build_snapshots(warehouse, shop_of(tmp_path, "2d"), FEATURES, [at(12), at(12, 0, 0, 1)])
        assert [(anchor.matured, anchor.positives) for anchor in built.anchors] == [(True, 1), (False, None)]
        frame = built.frame()
        assert built.anchors[1].base_rate is None
    young = frame["anchor"] == at(12, 0, 0, 1)
    assert frame["label"].isna().tolist() == young.tolist()


def test_the_frame_is_sorted_and_holds_the_anchors_that_are_asked(tmp_path: Path) -> None:
    log = random_log(seed=1, entities=50, late=0.1)
    with warehouse_of(log) as warehouse:
        built = build_snapshots(warehouse, shop_of(tmp_path, "3d"), FEATURES)
        frame = built.frame()
        assert len(built.anchors) > 3
        assert len(frame) == built.n
        keys = list(zip(frame["anchor"], frame["entity"].map(str.encode), strict=True))
        assert keys == sorted(keys)
        chosen = [anchor.moment for anchor in built.anchors[1:3]]
        assert list(built.frame(chosen)["anchor"].unique()) == chosen
        assert built.frame([]).empty
        assert list(built.frame([]).columns) == list(frame.columns)


def test_snapshots_agree_with_live_and_with_score(tmp_path: Path) -> None:
    log = random_log(seed=2, entities=60, late=0.1)
    shop = shop_of(tmp_path, "3d", population={"ever": True}, shop={"zone": "Europe/Berlin"})
    with warehouse_of(log) as warehouse:
        summary = summarise(warehouse)
        features = features_of(shop, summary.kinds, summary.fields)
        frame = build_snapshots(warehouse, shop, features).frame()
        everyone = [event for events in log.values() for event in events]
        for moment, rows in frame.groupby("anchor"):
            anchor = pd.Timestamp(str(moment)).to_pydatetime()
            facts = item_facts_at(features.facts, everyone, anchor, features.clock)
            scored = score_frame(warehouse, shop, features, anchor)
            columns = ["entity", "anchor", *features.names]
            pd.testing.assert_frame_equal(
                scored[columns], rows[columns].reset_index(drop=True), check_exact=True
            )
            for row in rows.to_dict("records"):
                expected = evaluate(features, log[row["entity"]], anchor, facts)
                for name, value in expected.items():
                    found = row[name]
                    assert pd.isna(found) if value is None else found == pytest.approx(value, abs=1e-9), name
                bought = any(
                    event.kind == "purchase" and anchor <= event.time < anchor + timedelta(days=3)
                    for event in log[row["entity"]]
                )
                assert row["label"] == bought


@pytest.mark.parametrize("number", [4, 32])
def test_groups_of_entities_change_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    log = random_log(seed=3, entities=80, late=0.1)
    shop = shop_of(tmp_path, "3d", anchors={"last": 2})
    said: list[str] = []
    with warehouse_of(log) as warehouse:
        summary = summarise(warehouse)
        features = features_of(shop, summary.kinds, summary.fields)
        one = build_snapshots(warehouse, shop, features).frame()
        monkeypatch.setattr(
            "willbuy.snapshots.horizon.entity_groups", lambda *_, **__: groups.entity_groups(number, 2, 1, 1)
        )
        built = build_snapshots(warehouse, shop, features, progress=said.append)
        pd.testing.assert_frame_equal(built.frame(), one, check_exact=True)
        assert len(list(built.folder.rglob("*.parquet"))) == number * len(built.anchors)
        assert 5 <= len(said) <= 10
        assert said[-1] == "snapshots: 100 %"
        assert warehouse.rows("SELECT table_name FROM duckdb_tables() WHERE table_name LIKE 'willbuy%'") == []


def test_groups_are_few_for_small_logs_and_bounded_for_large_ones() -> None:
    for events in (1, 10**5, 10**6, 3 * 10**7, 10**9):
        for workers in (1, 2, 8):
            found = groups.entity_groups(events, workers)
            parts = {
                (bucket, (group.part + group.parts * number) % 64)
                for group in found
                for bucket in group.buckets
                for number in range(64 // min(group.parts, 64))
            }
            assert len(parts) == 16 * 64
            assert sum(len(group.buckets) for group in found) == max(len(found), 16)
            assert events / len(found) <= groups.LARGE
            assert len(found) == 1 or events / len(found) > groups.SMALL / 2


def people(count: int, buyers: int) -> dict[str, list[Event]]:
    days = [Event(at(day, 12), "view") for day in range(1, 21)]
    bought = [Event(at(day, 13), "purchase") for day in range(1, 21)]
    return {f"v{number}": days + (bought if number < buyers else []) for number in range(count)}


@pytest.mark.parametrize(
    ("log", "message"),
    [
        (people(5, 0), r"holds no purchase among 100 events \(kinds: view\).*Check \[source.kinds\]"),
        (people(4, 0) | {"x": [Event(at(3), "purchase")]}, "holds one purchase only among 81 events"),
        (people(5, 5), r"every one of the \d+ snapshots at \d+ anchors is followed by a purchase within 2d"),
        (
            people(5, 0) | {"x": [Event(at(1, 1), "purchase"), Event(at(1, 2), "purchase")]},
            r"none of the \d+ snapshots at \d+ anchors is followed by a purchase within 2d",
        ),
        ({"x": [Event(at(1, hour), "purchase") for hour in range(9)]}, r"spans 0\.3 days"),
        ({}, "holds no event; ingest one first"),
    ],
)
def test_what_cannot_be_learnt_from_is_said_in_one_line(
    tmp_path: Path, log: dict[str, list[Event]], message: str
) -> None:
    with warehouse_of(log) as warehouse, pytest.raises(NotEnoughData, match=message) as found:
        build_snapshots(warehouse, shop_of(tmp_path, "2d"), FEATURES)
    assert "\n" not in str(found.value)
    assert not (tmp_path / ".willbuy" / "snapshots").exists()


def test_nobody_in_the_population_is_said(tmp_path: Path) -> None:
    shop = shop_of(tmp_path, "2d", population={"kind": "favourite", "ever": True})
    with warehouse_of(people(5, 2)) as warehouse:
        with pytest.raises(NotEnoughData, match="nobody is in the population at any"):
            build_snapshots(warehouse, shop, FEATURES)
        with pytest.raises(
            NotEnoughData, match=r"nobody is in the population .* at 2015-05-10 00:00 UTC; the log spans"
        ):
            score_frame(warehouse, shop, FEATURES, at(10))


def test_a_failure_leaves_the_old_snapshots_and_no_half_written_ones(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop = shop_of(tmp_path, "2d")
    with warehouse_of(people(5, 2)) as warehouse:
        build_snapshots(warehouse, shop, FEATURES)
        before = sorted(path.relative_to(tmp_path) for path in tmp_path.rglob("*"))
        written = DuckDBWarehouse.to_parquet
        left = [3]

        def breaks(self: DuckDBWarehouse, sql: str, path: Path, *, soon: bool = False) -> None:
            left[0] -= 1
            if left[0] == 0:
                raise OSError("No space left on device")
            written(self, sql, path, soon=soon)

        monkeypatch.setattr(DuckDBWarehouse, "to_parquet", breaks)
        with pytest.raises(OSError, match="No space left"):
            build_snapshots(warehouse, shop, FEATURES)
        monkeypatch.undo()
        assert sorted(path.relative_to(tmp_path) for path in tmp_path.rglob("*")) == before
        assert warehouse.rows("SELECT table_name FROM duckdb_tables() WHERE table_name LIKE 'willbuy%'") == []
        assert build_snapshots(warehouse, shop, FEATURES, folder=tmp_path / "elsewhere").n > 0


def test_a_hole_before_the_test_is_said_at_once(tmp_path: Path) -> None:
    days = [datetime(2015, 5, day, 12) for day in range(1, 29)]
    log = {
        name: [Event(at, "view") for at in days] + [Event(days[-1], "purchase")] for name in ("ann", "bob")
    }
    log["ann"].append(Event(datetime(2026, 11, 20, 9), "view"))
    with warehouse_of(log) as warehouse, pytest.raises(NotEnoughData) as error:
        build_snapshots(warehouse, shop_of(tmp_path, "7d"), FeatureSet((Count("view"),)))
    said = str(error.value)
    assert "no event from 2015-05-29 to 2026-11-20" in said
    assert "which is the test" in said
