"""The proof itself: clean where live and batch agree, in slices of any size, fitted columns included."""

import json
from pathlib import Path

import pytest

from parity.shops import EVERYTHING, add_run, late_shop
from scoring.conftest import ready
from willbuy.features.feature_set import FeatureSet
from willbuy.features.log import summarise
from willbuy.fitted import COLUMNS, add_bgnbd
from willbuy.parity import prove
from willbuy.parity.comparison import POPULATION
from willbuy.shop import Shop
from willbuy.snapshots import score_frame
from willbuy.warehouse import open_warehouse


@pytest.fixture(scope="module")
def late(tmp_path_factory: pytest.TempPathFactory) -> Shop:
    """Every class of features over a log with late events, ties, duplicates and overlapping sessions."""
    shop = late_shop(tmp_path_factory.mktemp("late"), entities=30)
    add_run(shop, EVERYTHING)
    return shop


def test_every_class_of_features_agrees_on_a_log_with_late_events(late: Shop) -> None:
    with open_warehouse(late) as warehouse:
        assert summarise(warehouse).late
    proof = prove(late)
    assert (proof.mismatches, proof.first, proof.clean) == (0, (), True)
    assert (proof.entities, proof.run) == (30, "0001")
    assert proof.checked > 1_000
    assert set(proof.compared) == {*EVERYTHING.names, POPULATION}
    assert proof.compared["count_event"] > 1_000


@pytest.mark.parametrize("within", ["7d", "session"])
def test_ten_thousand_entity_moments_of_a_simulated_log(within: str, tmp_path: Path) -> None:
    """Issue 5, part 3: 0 mismatches in 10,000 entity-moments, all features of the default catalogue."""
    small = ready(tmp_path, within=within)
    proof = prove(small.shop)
    assert proof.checked >= 10_000
    assert proof.mismatches == 0
    assert set(proof.compared) - {POPULATION} == set(small.bundle.feature_names)
    assert (POPULATION in proof.compared) == (within == "7d")
    written = json.loads((small.shop.home / "runs" / "0001" / "parity.json").read_text(encoding="utf-8"))
    assert written["bundle"] == small.bundle.id
    assert (written["checked"], written["mismatches"]) == (proof.checked, 0)
    assert [one["name"] for one in written["features"]] == list(proof.compared)
    assert "first" not in written  # no entity is named in the file


def test_slices_change_nothing(few: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = prove(few, n=120)
    monkeypatch.setattr("willbuy.parity.proving.SLICE", 70)
    assert prove(few, n=120) == whole


def test_the_columns_of_bgnbd_are_compared_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shop = ready(tmp_path, bgnbd=True).shop
    result = shop.home / "runs" / "0001" / "result.json"
    features = FeatureSet.from_spec(
        json.loads((result.parent / "bundle" / "manifest.json").read_text())["features_spec"]
    )
    with open_warehouse(shop) as warehouse:
        frame = score_frame(warehouse, shop, features, summarise(warehouse).end)
    _, fits = add_bgnbd(frame, 7.0)
    assert isinstance(next(iter(fits.values())), dict)
    result.write_text(json.dumps({**json.loads(result.read_text()), "bgnbd": fits}))
    proof = prove(shop, n=500)
    assert proof.mismatches == 0
    assert all(proof.compared[name] >= 500 for name in COLUMNS)
    monkeypatch.setattr("willbuy.parity.fitted.fitted_values", lambda *_: dict.fromkeys(COLUMNS, 0.5))
    assert prove(shop, n=500).differed["p_alive"] > 0
