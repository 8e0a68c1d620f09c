"""The whole way in process on a small simulated shop: train, bundle, report, scores, and what must hold of them."""

import json
import math
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pytest

from willbuy.durations import Duration
from willbuy.errors import NotEnoughData, WillbuyError
from willbuy.events.ingest import ingest
from willbuy.events.look import init
from willbuy.events.simulate import simulate
from willbuy.models.bundle import load_bundle
from willbuy.pipeline import STEPS, summary, train
from willbuy.reporting import write_run_report
from willbuy.runs import complete_run, read_result
from willbuy.scoring import score
from willbuy.shop import Shop, load_shop


def quiet(_: str) -> None:
    """Say nothing."""


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Shop:
    """An ingested shop of 2,400 dense visitors."""
    folder = tmp_path_factory.mktemp("shop")
    simulate(folder / "events.csv", visitors=2400, preset="dense", seed=5)
    init([folder / "events.csv"], preset="retailrocket", within="7d", shop_path=folder / "shop.toml")
    text = (folder / "shop.toml").read_text(encoding="utf-8")
    (folder / "shop.toml").write_text(text + "\n[train]\nbootstrap = 200\ntrials = 2\n", encoding="utf-8")
    loaded = load_shop(folder / "shop.toml")
    ingest(loaded)
    return loaded


@pytest.fixture(scope="module")
def result(shop: Shop) -> dict[str, Any]:
    """The first run of the shop."""
    return dict(train(shop, quiet))


def test_the_summary_has_what_the_command_promises(result: dict[str, Any]) -> None:
    """`train --json`: run, bundle, model, parts, test with intervals, rules of the same shape, a verdict."""
    said = json.loads(json.dumps(summary(result), allow_nan=False))
    assert {"run", "bundle", "model", "parts", "test", "rules", "verdict"} <= said.keys()
    test = said["test"]
    for name in ("roc_auc", "average_precision", "log_loss"):
        assert test[name]["low"] <= test[name]["value"] <= test[name]["high"]
    for name in (
        "brier",
        "ece",
        "predicted_over_actual",
        "threshold",
        "precision",
        "recall",
        "f1",
        "base_rate",
    ):
        assert math.isfinite(test[name])
    assert {"everyone", "recency", "carted_7d"} <= said["rules"].keys()
    assert all(rule.keys() == test.keys() for rule in said["rules"].values())


def test_the_model_beats_the_rules_on_a_dense_shop(result: dict[str, Any]) -> None:
    """Average precision above every rule's: there is plenty to learn here."""
    simple = {name: rule for name, rule in result["rules"].items() if name != "logistic"}
    best = max(rule["average_precision"]["value"] for rule in simple.values())
    assert result["test"]["average_precision"]["value"] > best


def test_a_large_log_is_learnt_from_by_a_sample_of_its_visitors(shop: Shop, result: dict[str, Any]) -> None:
    """As many rows as asked, of visitors drawn whole; a capacity is still one of everybody, and the run says so."""
    plain = {"candidates": ("logistic",), "trials": 0, "bootstrap": 100}
    sampled = shop.model_copy(update={"train": shop.train.model_copy(update={**plain, "rows": 4000})})
    found = dict(train(sampled, quiet))
    rows = {part["part"]: part["n"] for part in found["parts"]}
    assert sum(rows.values()) == pytest.approx(4000, rel=0.1)
    everyone = {part["part"]: part["n"] for part in result["parts"]}
    assert sum(everyone.values()) > 8_000
    assert found["offer"]["population"] == pytest.approx(result["offer"]["population"], rel=0.1)
    assert found["anchors"] == result["anchors"]  # the log's own
    assert [note for note in found["notes"] if "drawn by the seed" in note]
    assert not [note for note in result["notes"] if "drawn by the seed" in note]


def test_the_candidates_are_compared_fold_by_fold(result: dict[str, Any]) -> None:
    """The metric in each judged fold, and for all but the chosen candidate the corrected test."""
    for candidate in result["candidates"]:
        found = candidate["over_folds"]
        assert (len(found["values"]), found["dealt"], found["metric"]) == (
            found["folds"],
            5,
            "average_precision",
        )
        assert ("p" in found) != candidate["chosen"]
    assert {tuning["search"] for tuning in result["tuning"].values()} == {"optuna"}


def test_training_labels_end_before_the_test_begins(result: dict[str, Any]) -> None:
    """Every training anchor plus the horizon ends by the test anchor."""
    test = datetime.fromisoformat(result["split"]["test"][0])
    assert all(datetime.fromisoformat(a) + timedelta(days=7) <= test for a in result["split"]["train"])


def test_the_same_training_gives_the_same_bundle(shop: Shop, result: dict[str, Any]) -> None:
    """Same input, shop file and seed: the same id, the hash of the manifest, under another run's name."""
    again = train(shop, quiet)
    assert again["run"] != result["run"]
    assert again["bundle"] == result["bundle"]


def test_scores_are_calibrated_and_carry_the_source_name(
    shop: Shop, result: dict[str, Any], tmp_path: Path
) -> None:
    """One row an entity of the population, under the log's own column name; CSV and Parquet say the same."""
    scored = score(shop, tmp_path / "scores.csv", as_of="2015-09-01")
    score(shop, tmp_path / "scores.parquet", as_of="2015-09-01")
    csv = duckdb.sql(f"SELECT * FROM read_csv('{tmp_path / 'scores.csv'}', all_varchar = true)")
    assert csv.columns[:6] == ["visitorid", "as_of", "probability", "prediction", "band", "model_version"]
    rows = csv.fetchall()
    parquet = duckdb.sql(f"SELECT * FROM '{tmp_path / 'scores.parquet'}'").fetchall()
    assert len(rows) == scored.n == len({row[0] for row in rows})
    assert [row[0] for row in rows] == [row[0] for row in parquet]
    assert all(float(a[2]) == b[2] for a, b in zip(rows, parquet, strict=True))
    assert {row[5] for row in rows} == {result["bundle"]}
    assert all(0 < float(row[2]) < 1 for row in rows)


def test_scoring_the_test_anchor_gives_the_test_predictions(
    shop: Shop, result: dict[str, Any], tmp_path: Path
) -> None:
    """Batch scoring later and the test's own predictions are one computation."""
    scored = tmp_path / "scores.parquet"
    score(shop, scored, as_of=result["split"]["test"][0])
    tested = complete_run(shop.home, result["run"]) / "predictions.parquet"
    [(rows, gap)] = duckdb.sql(
        f"SELECT COUNT(*), MAX(ABS(s.probability - t.p)) FROM '{scored}' s FULL JOIN '{tested}' t ON s.visitorid = t.entity"
    ).fetchall()
    assert rows == result["test"]["n"]
    assert gap <= 1e-6


def test_a_damaged_bundle_is_not_scored_with(shop: Shop, result: dict[str, Any], tmp_path: Path) -> None:
    """One flipped byte: refused, nothing written."""
    model = complete_run(shop.home, result["run"]) / "bundle" / "model.npz"
    whole = model.read_bytes()
    try:
        model.write_bytes(whole[:100] + bytes([whole[100] ^ 1]) + whole[101:])
        with pytest.raises(WillbuyError, match=r"model\.npz"):
            score(shop, tmp_path / "scores.csv", run=result["run"])
    finally:
        model.write_bytes(whole)
    assert not (tmp_path / "scores.csv").exists()


def test_the_report_is_one_page(shop: Shop, result: dict[str, Any], tmp_path: Path) -> None:
    """No request leaves the page, and it says the verdict."""
    write_run_report(shop, tmp_path / "report.html", result["run"])
    page = (tmp_path / "report.html").read_text(encoding="utf-8")
    assert result["verdict"]["headline"].split(".")[0] in page
    assert 'src="http' not in page
    assert 'href="http' not in page


def test_the_bundle_loads_by_its_own_id(shop: Shop, result: dict[str, Any]) -> None:
    """The manifest carries what it was trained on and how it was split."""
    folder = complete_run(shop.home, result["run"])
    bundle = load_bundle(folder / "bundle", result["bundle"])
    assert bundle.manifest["parts"] == read_result(folder)["parts"]
    assert list(bundle.feature_names) == [feature["name"] for feature in result["features"]]


def test_scores_before_the_log_began_are_refused(shop: Shop, result: dict[str, Any], tmp_path: Path) -> None:
    """Nobody is in the population then: one line that says so."""
    with pytest.raises(NotEnoughData, match="nobody is in the population"):
        score(shop, tmp_path / "scores.csv", as_of="2001-01-01")
    with pytest.raises(WillbuyError, match="is no moment"):
        score(shop, tmp_path / "scores.csv", as_of="yesterday")
    with pytest.raises(WillbuyError, match=r"\.csv or \.parquet"):
        score(shop, tmp_path / "scores.xlsx")


def test_the_steps_have_names() -> None:
    """Training is a tuple that can be read."""
    assert len({title for title, _ in STEPS}) == len(STEPS) == 14


def test_every_feature_says_what_it_adds_to_the_scores(result: dict[str, Any]) -> None:
    """Shapley values or weights, by name, for each column that the model reads."""
    added = {feature["name"]: feature["contribution"]["mean"] for feature in result["features"]}
    assert len(added) == len(result["features"]) and max(added.values()) > 0.1
    assert result["contributions"]["rows"] > 100


def test_a_training_that_fails_leaves_no_run(shop: Shop, result: dict[str, Any]) -> None:
    """A horizon longer than the log: one line, and the runs are as before."""
    before = sorted((shop.home / "runs").iterdir())
    far = shop.model_copy(
        update={"target": shop.target.model_copy(update={"within": Duration.parse("200d")})}
    )
    with pytest.raises(NotEnoughData, match="the horizon is 200d"):
        train(far, quiet)
    assert sorted((shop.home / "runs").iterdir()) == before


def test_three_origins_stand_beside_the_test(result: dict[str, Any]) -> None:
    """The same procedure a week, two and three before the test, each on rows whose labels were known then."""
    points = result["origins"]["points"]
    test = datetime.fromisoformat(result["split"]["test"][0])
    moments = [datetime.fromisoformat(point["anchor"]) for point in points]
    assert moments == [test - n * timedelta(days=7) for n in (3, 2, 1, 0)]
    assert points[-1]["test"] and points[-1]["figures"]["n"] == result["test"]["n"]
    assert all(point["difference"]["value"] > 0 for point in points)
    known = {part["anchor"]: part["n"] for part in result["anchors"]}
    for point, moment in zip(points, moments, strict=True):
        assert point["figures"]["n"] == known[moment.isoformat()]
        ahead = sum(n for at, n in known.items() if n and datetime.fromisoformat(at) < moment)
        assert point["train_rows"] == ahead


def test_the_shuffled_split_stands_beside_the_honest_one(result: dict[str, Any]) -> None:
    """What it would have promised, the gap and its words; nothing of it is in the bundle."""
    found = result["shuffled"]
    assert found["held"]["roc_auc"] == result["test"]["roc_auc"]
    gap, promised = found["gap"]["roc_auc"], found["promised"]["roc_auc"]
    assert gap["value"] == pytest.approx(promised["value"] - result["test"]["roc_auc"]["value"])
    assert found["words"].startswith("A shuffled split would have promised")


def test_labels_that_wait_are_listed_with_their_day(result: dict[str, Any]) -> None:
    """The grid's anchors in the last days of the log: no rows, no rate, and when they will have one."""
    waits = [anchor for anchor in result["anchors"] if not anchor["matured"]]
    for anchor in waits:
        assert anchor["n"] is None and anchor["matures"] > result["ingest"]["last"]
    assert all(anchor["matures"] for anchor in result["anchors"])
