"""Time travel (G1): features that read past their anchor are found by rebuilding them, honest ones never."""

from pathlib import Path
from typing import Any

import pytest

from doctor.plants import CONDITIONS, Planted
from features.pool import POOL
from features.random_log import random_log
from snapshots.worlds import shop_of, warehouse_of
from willbuy.doctor.finding import Finding
from willbuy.doctor.time_travel import Traveller
from willbuy.features.algebra import Feature
from willbuy.features.feature_set import FeatureSet
from willbuy.features.local_time import LocalTime
from willbuy.features.log import summarise
from willbuy.features.sessions import SessionRule
from willbuy.snapshots import build_snapshots

PLANTED = tuple(Planted(name) for name in CONDITIONS)


def travelled(
    folder: Path, within: str, features: tuple[Feature, ...], late: float = 0.1, **sections: Any
) -> tuple[list[Finding], int]:
    shop = shop_of(folder, within, shop={"zone": "Europe/Berlin"}, **sections)
    declared = FeatureSet(features, LocalTime("Europe/Berlin"), SessionRule(own_ids=True))
    with warehouse_of(random_log(seed=5, entities=150, late=late, own_ids=True)) as warehouse:
        frame = build_snapshots(warehouse, shop, declared).frame()
        found = Traveller(warehouse, shop, declared, summarise(warehouse)).time_travel(frame, seed=1)
        assert warehouse.rows('SELECT COUNT(*) FROM "events"')[0][0] > 1500  # the log is whole again
        left = warehouse.rows(
            "SELECT table_name FROM information_schema.tables WHERE table_name LIKE 'willbuy%'"
        )
    assert left == []
    return found


@pytest.mark.parametrize("within", ["3d", "session"])
def test_declared_features_are_the_same_from_the_cut_log(tmp_path: Path, within: str) -> None:
    found, pairs = travelled(tmp_path, within, POOL[::2])
    assert found == [] and pairs > 300


@pytest.mark.parametrize("within", ["3d", "session"])
def test_five_of_five_planted_leaks_are_found_and_nothing_else(tmp_path: Path, within: str) -> None:
    found, _ = travelled(tmp_path, within, (*POOL[::4], *PLANTED))
    assert {one.about for one in found} == set(CONDITIONS)
    assert {one.grade for one in found} == {"leak"}


def test_a_leak_is_shown_by_an_entity_and_both_its_values(tmp_path: Path) -> None:
    found, pairs = travelled(tmp_path, "3d", (POOL[0], PLANTED[0]), late=0.0)
    [one] = found
    assert one.name == "time_travel:total_events" and 0 < one.proof["different"] <= pairs
    assert one.proof["whole"] > one.proof["cut"]
    assert f"entity {one.proof['entity']} at {one.proof['anchor']}" in one.words
    assert "total_events is another number when what came after the anchor is not in the log" in one.words


def test_a_sample_of_pairs_is_drawn_by_the_seed(tmp_path: Path) -> None:
    shop = shop_of(tmp_path, "3d")
    declared = FeatureSet(POOL[:3], LocalTime("UTC"), SessionRule())
    with warehouse_of(random_log(seed=6, entities=200)) as warehouse:
        frame = build_snapshots(warehouse, shop, declared).frame()
        found = Traveller(warehouse, shop, declared, summarise(warehouse)).time_travel(frame, most=50)
    assert found == ([], 50)
