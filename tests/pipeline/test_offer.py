"""The offer of a whole run: thresholds chosen without the test part, stored in the bundle, shown on the test part."""

import json
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from willbuy.evaluation.sealed import SealedTest
from willbuy.events.ingest import ingest
from willbuy.events.look import init
from willbuy.events.simulate import simulate
from willbuy.models.bundle import load_bundle
from willbuy.pipeline import summary, train
from willbuy.reporting import run_result
from willbuy.runs import BUNDLE
from willbuy.shop import Shop, load_shop

OFFER = """
[train]
candidates = ["logistic"]
bootstrap = 100

[offer]
threshold = "capacity"
capacity = 60
precision = 0.99
recall = 0.5
margin = 12.5
cost_per_contact = 1.5
currency = "EUR"
"""


def quiet(_: str) -> None:
    """Say nothing."""


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Shop:
    """An ingested shop with an offer."""
    folder = tmp_path_factory.mktemp("offer")
    simulate(folder / "events.csv", visitors=1200, preset="dense", seed=5)
    init([folder / "events.csv"], preset="retailrocket", within="7d", shop_path=folder / "shop.toml")
    with (folder / "shop.toml").open("a", encoding="utf-8") as file:
        file.write(OFFER)
    loaded = load_shop(folder / "shop.toml")
    ingest(loaded)
    return loaded


@pytest.fixture(scope="module")
def result(shop: Shop) -> dict[str, Any]:
    return dict(train(shop, quiet))


def bundle_of(shop: Shop, result: dict[str, Any]) -> Any:
    return load_bundle(shop.home / "runs" / result["run"] / BUNDLE, result["bundle"])


def test_the_test_part_has_no_say_in_a_threshold(
    shop: Shop, result: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Turn every outcome of the test part round: each threshold and band stays, only its figures there change."""
    opened = SealedTest.open

    def turned(self: SealedTest) -> pd.DataFrame:
        rows = opened(self)
        return rows.assign(label=1 - rows["label"])

    monkeypatch.setattr(SealedTest, "open", turned)
    other = dict(train(shop, quiet))
    before, after = bundle_of(shop, result).manifest, bundle_of(shop, other).manifest
    for key in ("threshold", "thresholds", "bands", "offer"):
        assert before[key] == after[key]
    figures = [[one["test"]["precision"] for one in run["thresholds"]] for run in (result, other)]
    assert figures[0] != figures[1]


def test_the_bundle_holds_every_threshold_and_the_one_in_use(shop: Shop, result: dict[str, Any]) -> None:
    bundle = bundle_of(shop, result)
    listed = {one["name"]: one for one in bundle.manifest["thresholds"]}
    assert list(listed) == ["f1", "precision", "recall", "capacity", "money", "money_analytic"]
    assert bundle.threshold == listed["capacity"]["value"] == result["test"]["threshold"]
    assert listed["money_analytic"]["value"] == 0.12
    shown = {one["name"]: one for one in result["thresholds"]}
    assert all(shown[name][key] == value for name, one in listed.items() for key, value in one.items())


def test_the_capacity_is_of_one_moment(result: dict[str, Any]) -> None:
    """Sixty of the newest training anchor's rows, not of all rows; on the test part about as many."""
    offer, shown = result["offer"], {one["name"]: one for one in result["thresholds"]}
    newest = max(
        (anchor for anchor in result["anchors"] if anchor["part"] == "train"), key=lambda a: a["anchor"]
    )
    assert offer["population"] == newest["n"]
    share = shown["capacity"]["selected"] / shown["capacity"]["n"]
    assert share <= 60 / offer["population"] and share == pytest.approx(60 / offer["population"], rel=0.1)
    assert 30 < shown["capacity"]["test"]["selected"] < 90


def test_a_wish_that_is_not_met_is_said(result: dict[str, Any]) -> None:
    notes = {one["name"]: one["note"] for one in result["thresholds"]}
    assert "reaches a precision of 99 %" in notes["precision"] and notes["recall"] == ""


def test_the_model_stands_on_the_same_figures_as_its_threshold(result: dict[str, Any]) -> None:
    chosen = next(one for one in result["thresholds"] if one["chosen"])
    assert chosen["test"]["confusion"] == result["test"]["confusion"]
    assert chosen["test"]["precision"]["value"] == result["test"]["precision"]


def test_the_profit_is_counted_exactly(result: dict[str, Any]) -> None:
    for one in result["thresholds"]:
        cells = one["test"]["confusion"]
        bought, contacted = cells["true_positive"], cells["true_positive"] + cells["false_positive"]
        assert one["test"]["profit"]["value"] == 12.5 * bought - 1.5 * contacted
        assert one["profit"] == 12.5 * one["caught"] - 1.5 * one["selected"]
    assert result["profit"][-1]["profit"]["value"] == pytest.approx(
        12.5 * result["test"]["positives"] - 1.5 * result["test"]["n"]
    )


def test_machines_get_it_all(shop: Shop, result: dict[str, Any]) -> None:
    said = json.loads(json.dumps(summary(result), allow_nan=False))
    assert said["threshold"] == result["test"]["threshold"] and said["bands"][0]["name"] == "very high"
    assert [one["name"] for one in said["thresholds"]] == [one["name"] for one in result["thresholds"]]
    assert run_result(shop, result["run"]) == json.loads(json.dumps(result))


def test_the_chosen_logistic_has_no_logistic_beside_it(result: dict[str, Any]) -> None:
    assert result["model"] == "logistic" and "logistic" not in result["rules"]
    assert list(result["rules"]) == ["everyone", "no_one", "recency", "carted_7d", "buying_rate"]


def test_the_page_shows_it(shop: Shop, result: dict[str, Any], tmp_path: Path) -> None:
    from willbuy.reporting import write_run_report

    write_run_report(shop, tmp_path / "report.html", result["run"])
    page = (tmp_path / "report.html").read_text(encoding="utf-8")
    for said in (
        "Where to draw the line",
        "the 60 best at a scoring moment",
        "The bands",
        "worth the margin",
    ):
        assert said in page
