"""Snapshots of session tasks: anchors just after the k-th event, the rest of the session as label."""

from datetime import datetime, timedelta
from pathlib import Path

import pandas as pd
import pytest

from features.random_log import random_log
from snapshots.worlds import shop_of, warehouse_of
from willbuy.errors import NotEnoughData, ShopError
from willbuy.features.algebra import Count, SessionPosition, SessionSeconds, feature_from_spec
from willbuy.features.catalogue import features_of
from willbuy.features.feature_set import FeatureSet
from willbuy.features.live import Event, evaluate
from willbuy.features.live.event import in_order
from willbuy.features.live.history import History
from willbuy.features.live.item_facts import item_facts_at
from willbuy.features.log import summarise
from willbuy.features.sessions import SessionRule
from willbuy.snapshots import build_snapshots, groups, score_frame

MICROSECOND = timedelta(microseconds=1)
FEATURES = FeatureSet((SessionPosition(), SessionSeconds(), Count("cart", "session"), Count("purchase")))


def at(hour: int, minute: int, second: int = 0) -> datetime:
    return datetime(2019, 10, 1, hour, minute, second)


LOG = {
    "ann": [
        Event(at(0, 0), "view"),
        Event(at(0, 10), "cart"),
        Event(at(0, 20), "purchase"),
        Event(at(0, 50), "view"),  # exactly half an hour idle: the next session
        Event(at(0, 55), "view"),
        Event(at(0, 55), "cart"),  # of the moment of the second event
    ],
    "bob": [
        Event(at(2, 40), "view"),
        Event(at(2, 45), "view"),
        Event(at(2, 46), "purchase"),
    ],  # still open at the end
    "cleo": [Event(at(1, 0), "view", received=at(1, 5)), Event(at(1, 1), "purchase", received=at(2, 0))],
}


def test_anchors_labels_and_features_by_hand(tmp_path: Path) -> None:
    shop = shop_of(tmp_path, "session", anchors={"after_events": [1, 2, 3]})
    with warehouse_of(LOG) as warehouse:
        built = build_snapshots(warehouse, shop, FEATURES)
        frame = built.frame()
    assert list(frame.columns[:7]) == ["entity_key", "entity", "anchor", "label", "session", "k", "closes"]
    columns = ["entity", "anchor", "k", "label", "session_position", "session_seconds", "count_purchase"]
    rows = [tuple(row) for row in frame[columns].itertuples(index=False)]
    assert [(row[0], row[1].to_pydatetime() - MICROSECOND, *row[2:]) for row in rows] == [
        ("ann", at(0, 0), 1, 1, 1, 0.0, 0),
        ("ann", at(0, 10), 2, 1, 2, 600.0, 0),
        ("ann", at(0, 20), 3, 0, 3, 1200.0, 1),  # bought already; the rest holds no more
        ("ann", at(0, 50), 1, 0, 1, 0.0, 1),
        ("ann", at(0, 55), 3, 0, 3, 300.0, 1),  # the 2nd and the 3rd event are of one moment
        ("cleo", at(1, 5), 1, 0, 1, 0.0, 0),  # known at 1:05; its purchase had happened, and was not known
        ("bob", at(2, 40), 1, 1, 1, 0.0, 0),
        ("bob", at(2, 45), 2, 1, 2, 300.0, 0),
        ("bob", at(2, 46), 3, 0, 3, 360.0, 1),
    ]
    assert built.open_sessions == 1
    assert sum(anchor.n for anchor in built.anchors) == len(frame) == built.n
    assert sum(anchor.positives or 0 for anchor in built.anchors) == frame["label"].sum()
    assert all(anchor.matured for anchor in built.anchors)
    closes = frame.groupby("session")["closes"].nunique()
    assert (closes == 1).all()
    assert frame["session"].nunique() == 4
    ann = frame[frame["entity"] == "ann"].iloc[0]
    assert ann["closes"].to_pydatetime() == at(0, 50)


def test_slots_of_time_part_the_frame(tmp_path: Path) -> None:
    shop = shop_of(tmp_path, "session")
    with warehouse_of(LOG) as warehouse:
        built = build_snapshots(warehouse, shop, FEATURES)
        whole = built.frame()
        parts = [built.frame([anchor.moment]) for anchor in built.anchors]
    pd.testing.assert_frame_equal(pd.concat(parts, ignore_index=True), whole)
    for anchor, part in zip(built.anchors, parts, strict=True):
        assert (part["anchor"] >= anchor.moment).all()
        assert anchor.label_end == part["closes"].max()


def test_the_open_sessions_are_scored(tmp_path: Path) -> None:
    shop = shop_of(tmp_path, "session")
    with warehouse_of(LOG) as warehouse:
        found = score_frame(warehouse, shop, FEATURES, at(0, 12))
        assert list(found["entity"]) == ["ann"]
        assert found[["k", "session_position", "count_cart_session"]].to_numpy().tolist() == [[2, 2, 1]]
        assert found["closes"][0].to_pydatetime() == at(0, 40)
        at_the_end = score_frame(warehouse, shop, FEATURES, at(2, 50))
        assert list(at_the_end["entity"]) == ["bob"]
        unknown = score_frame(warehouse, shop, FEATURES, at(1, 4))
        assert list(unknown["entity"]) == ["ann"]  # cleo is here, but nobody knows it yet
        with pytest.raises(NotEnoughData, match="no session is open at 2019-10-01 02:20 UTC"):
            score_frame(warehouse, shop, FEATURES, at(2, 20))


@pytest.mark.parametrize("own_ids", [False, True])
def test_snapshots_agree_with_live(tmp_path: Path, own_ids: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    log = random_log(seed=5, entities=26, late=0.1, own_ids=own_ids)
    shop = shop_of(tmp_path, "session", anchors={"after_events": [1, 2, 4]})
    with warehouse_of(log) as warehouse:
        summary = summarise(warehouse)
        features = features_of(shop, summary.kinds, summary.fields)
        assert features.sessions == SessionRule(own_ids=own_ids)
        built = build_snapshots(warehouse, shop, features)
        frame = built.frame()
        monkeypatch.setattr(
            "willbuy.snapshots.session.entity_groups", lambda *_, **__: groups.entity_groups(4, 2, 1, 1)
        )
        parted = build_snapshots(warehouse, shop, features)
        pd.testing.assert_frame_equal(parted.frame(), frame, check_exact=True)
        assert parted.open_sessions == built.open_sessions
    assert len(frame) > 100
    everyone = [event for events in log.values() for event in events]
    for row in frame.to_dict("records"):
        anchor = row["anchor"].to_pydatetime()
        facts = item_facts_at(features.facts, everyone, anchor, features.clock)
        for name, value in evaluate(features, log[row["entity"]], anchor, facts).items():
            assert pd.isna(row[name]) if value is None else row[name] == pytest.approx(value, abs=1e-9), name


@pytest.mark.parametrize("own_ids", [False, True])
def test_labels_are_what_follows_in_the_same_session(tmp_path: Path, own_ids: bool) -> None:
    """Checked against sessions that plain Python finds in the whole history."""
    log = random_log(seed=6, entities=40, late=0.0, own_ids=own_ids)
    shop = shop_of(tmp_path, "session", anchors={"after_events": [1, 2, 4]})
    with warehouse_of(log) as warehouse:
        summary = summarise(warehouse)
        features = features_of(shop, summary.kinds, summary.fields)
        built = build_snapshots(warehouse, shop, features)
        frame = built.frame()
    expected, still_open = [], 0
    for entity, events in log.items():
        history = History(features, events, datetime(2016, 1, 1))
        sessions: dict[object, list[Event]] = {}
        for event in history.events:
            sessions.setdefault(history.sessions[event], []).append(event)
        for members in sessions.values():
            still_open += members[-1].time + timedelta(minutes=30) > summary.end
            for moment in {members[k - 1].time + MICROSECOND for k in (1, 2, 4) if k <= len(members)}:
                bought = any(event.kind == "purchase" and event.time >= moment for event in members)
                expected.append((entity, pd.Timestamp(moment), int(bought)))
    found = list(frame[["entity", "anchor", "label"]].itertuples(index=False, name=None))
    assert sorted(found) == sorted(expected)
    assert built.open_sessions == still_open


@pytest.mark.parametrize("window", ["whole_session", "session_total", "full session", "rest", "sessions"])
def test_totals_over_the_whole_session_cannot_be_declared(window: str) -> None:
    with pytest.raises(ShopError, match="what comes later cannot be declared"):
        feature_from_spec({"feature": "count", "kinds": ["purchase"], "window": window})


def test_what_comes_after_the_prefix_changes_labels_and_no_feature(tmp_path: Path) -> None:
    """Everything after an entity's second event becomes a purchase of another item."""
    log = random_log(seed=9, entities=60, late=0.0)
    log = {name: sorted(events, key=in_order) for name, events in log.items()}
    log = {name: events for name, events in log.items() if len(events) > 1}
    second = {name: events[1].time for name, events in log.items()}
    changed = {
        name: [
            e._replace(kind="purchase", item="new", price=9) if e.time > second[name] else e for e in events
        ]
        for name, events in log.items()
    }
    shop = shop_of(tmp_path, "session", anchors={"after_events": [2]})
    frames = []
    for version in (log, changed):
        with warehouse_of(version) as warehouse:
            features = features_of(shop, ("view", "cart", "purchase"), ("item", "category", "price"))
            frame = build_snapshots(warehouse, shop, features).frame()
            of_second = frame["anchor"] == frame["entity"].map(second) + MICROSECOND
            frames.append(frame[of_second].reset_index(drop=True))
    own = ["entity", *(name for name in features.names if not name.startswith("item_"))]
    assert len(frames[0]) > 30
    pd.testing.assert_frame_equal(frames[0][own], frames[1][own], check_exact=True)
    assert (frames[0]["label"] != frames[1]["label"]).sum() > 5


def test_a_population_narrows_a_session_task_by_what_was_known(tmp_path: Path) -> None:
    shop = shop_of(tmp_path, "session", population={"kind": "purchase", "ever": True})
    again = [Event(at(hour, 0), "purchase") for hour in (0, 1, 2)] + [Event(at(2, 1), "purchase")]
    with warehouse_of({**LOG, "dan": again}) as warehouse:
        frame = build_snapshots(warehouse, shop, FEATURES).frame()
    assert (frame["count_purchase"] > 0).all()
    assert set(frame["entity"]) == {"ann", "bob", "dan"}
    assert len(frame[frame["entity"] == "dan"]) == 3  # its first purchase is known one microsecond after it


def test_a_session_task_takes_no_grid(tmp_path: Path) -> None:
    with warehouse_of(LOG) as warehouse, pytest.raises(ShopError, match="anchors inside sessions"):
        build_snapshots(warehouse, shop_of(tmp_path, "session"), FEATURES, [at(1, 0)])
