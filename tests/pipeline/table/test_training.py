"""The whole way of a table in process: rows, split, model, bundle, report; and what must hold of each split."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from made_up_table import MONTHS, lines, table_shop, write_table
from willbuy.errors import NotEnoughData, ShopError
from willbuy.evaluation.report.sections.answer import UNPROVEN_TABLE
from willbuy.models.bundle import load_bundle
from willbuy.pipeline import summary, train
from willbuy.pipeline.steps import LEARN_AND_TEST, TABLE_STEPS
from willbuy.reporting import write_run_report
from willbuy.runs import complete_run
from willbuy.shop import TableShop

ORDERED = (
    'id = "session"\norder = "month"\norder_values = ["Jan", "Feb", "Mar", "Apr", "May"]\ntest_from = "May"'
)
Trained = tuple[TableShop, dict[str, Any]]


def quiet(_: str) -> None:
    """Say nothing."""


def trained(folder: Path, table: str, **keys: Any) -> Trained:
    shop = table_shop(folder, table, **keys)
    return shop, dict(train(shop, quiet))


@pytest.fixture(scope="module")
def ordered(tmp_path_factory: pytest.TempPathFactory) -> Trained:
    return trained(
        tmp_path_factory.mktemp("ordered"), ORDERED, drift=0.3, n=900, more='[shop]\nname = "Made up"\n'
    )


@pytest.fixture(scope="module")
def folded(tmp_path_factory: pytest.TempPathFactory) -> Trained:
    return trained(tmp_path_factory.mktemp("folded"), 'id = "session"\nrepeats = 2')


def page_of(run: Trained, folder: Path) -> str:
    write_run_report(run[0], folder / "report.html", run[1]["run"])
    return (folder / "report.html").read_text(encoding="utf-8")


def test_the_steps_are_a_table_s_own_and_then_those_of_all() -> None:
    assert TABLE_STEPS[2:] == LEARN_AND_TEST
    assert len({title for title, _ in TABLE_STEPS}) == len(TABLE_STEPS)


def test_the_summary_has_the_same_keys_as_a_log_s(ordered: Trained, folded: Trained) -> None:
    for _, result in (ordered, folded):
        said = json.loads(json.dumps(summary(result), allow_nan=False))
        assert {
            "run",
            "bundle",
            "model",
            "parts",
            "test",
            "rules",
            "verdict",
            "offer",
            "bands",
        } <= said.keys()
        assert 0 < said["test"]["roc_auc"]["low"] < said["test"]["roc_auc"]["value"] < 1
    assert summary(ordered[1])["split"] == "time" and summary(folded[1])["split"] == "not_future"


def test_later_rows_are_the_test_and_the_drop_is_named(ordered: Trained, tmp_path: Path) -> None:
    _, result = ordered
    assert result["split"]["train"] == list(MONTHS[:4]) and result["split"]["test"] == ["May"]
    parts = {part["part"]: part for part in result["parts"]}
    assert parts["train"]["n"] + parts["test"]["n"] == 900 and parts["embargo"]["n"] == 0
    [drop] = [
        said
        for said in result["verdict"]["sentences"]
        if said.startswith("Trained on Jan to Apr, tested on May")
    ]
    assert "in cross-validation of the training part" in drop and "The base rate went from" in drop
    assert [point["name"] for point in result["periods"]] == list(MONTHS)
    assert sum(point["n"] for point in result["periods"]) == 900
    assert [point["anchor"] for point in result["origins"]["points"]] == ["Feb", "Mar", "Apr", "May"]
    assert "shuffled" in result and "anchors" not in result
    page = page_of(ordered, tmp_path)
    assert "ordered by month: Jan to Apr trained the model" in page and "There is no embargo" in page
    assert UNPROVEN_TABLE not in page


def test_folds_test_every_row_and_are_dealt_anew(folded: Trained, tmp_path: Path) -> None:
    shop, result = folded
    assert result["split"]["folds"] == 3 and result["split"]["repeats"] == 2
    assert result["test"]["n"] == 600 and "origins" not in result and "shuffled" not in result
    points = result["folds"]["points"]
    assert [(point["repeat"], point["fold"]) for point in points] == [
        (r, f) for r in (1, 2) for f in (1, 2, 3)
    ]
    for repeat in (1, 2):
        assert sum(point["figures"]["n"] for point in points if point["repeat"] == repeat) == 600
    first, second = result["folds"]["repeats"]
    assert first["roc_auc"] == result["test"]["roc_auc"] != second["roc_auc"]
    assert result["folds"]["over_repeats"]["roc_auc"]["worst"] == min(
        first["roc_auc"]["value"], second["roc_auc"]["value"]
    )
    assert (
        "not about the future. No column is declared that orders the rows"
        in result["verdict"]["sentences"][0]
    )
    manifest = load_bundle(complete_run(shop.home, result["run"]) / "bundle", result["bundle"]).manifest
    assert manifest["split"]["kind"] == "not_future"
    page = page_of(folded, tmp_path)
    assert UNPROVEN_TABLE in page and "deal 2, fold 3" in page


def test_a_fifth_is_held_out(tmp_path: Path) -> None:
    _, result = trained(tmp_path, ORDERED + '\nsplit = "holdout"')
    parts = {part["part"]: part for part in result["parts"]}
    assert parts["test"]["n"] == pytest.approx(120, abs=2)
    assert parts["test"]["n"] + parts["train"]["n"] == 600
    assert result["split"]["audit"]["shared_entities"] == 0
    assert 'asks for split = "holdout"' in result["split"]["note"]
    assert "of the rows were drawn by the seed" in page_of((table_shop(tmp_path, ORDERED), result), tmp_path)


def test_the_rules_beside_it(ordered: Trained) -> None:
    _, result = ordered
    assert {"everyone", "no_one", "visits alone"} <= result["rules"].keys()
    assert result["rule_words"]["visits alone"] == "the more visits, the likelier"
    assert (
        result["test"]["average_precision"]["value"]
        > result["rules"]["visits alone"]["average_precision"]["value"]
    )


def test_what_tells_nothing_is_worth_nothing(ordered: Trained) -> None:
    weights = {feature["name"]: feature["importance"]["value"] for feature in ordered[1]["features"]}
    assert list(weights) == ["visits", "seconds", "device", "member"]
    assert min(weights["visits"], weights["device"]) > 0.03 > max(weights["seconds"], weights["member"])
    added = {feature["name"]: feature["contribution"]["mean"] for feature in ordered[1]["features"]}
    assert added["visits"] > added["member"]


def test_a_capacity_is_for_a_file_as_long_as_the_newest_period(tmp_path: Path) -> None:
    """A table has no scoring moments: what a capacity is a part of is said beside it."""
    offer = '[offer]\nthreshold = "capacity"\ncapacity = 30\n'
    _, result = trained(tmp_path, ORDERED, more=offer)
    newest = next(point["n"] for point in result["periods"] if point["name"] == "Apr")
    assert result["offer"]["population"] == newest
    [capacity] = [one for one in result["thresholds"] if one["name"] == "capacity"]
    assert capacity["words"] == f"the 30 best in a file of {newest} rows"


def test_slices_are_by_period_and_by_category(ordered: Trained, folded: Trained) -> None:
    assert list(folded[1]["slices"]["device"]) == ["desktop", "phone", "tablet"]
    assert set(folded[1]["slices"]["member"]) == {"no", "yes"}
    assert "month" not in ordered[1]["slices"]  # the test is of one month


def test_the_same_table_gives_the_same_bundle(folded: Trained) -> None:
    again = train(folded[0], quiet)
    assert again["bundle"] == folded[1]["bundle"] and again["run"] != folded[1]["run"]


def test_the_bundle_reads_raw_columns(folded: Trained) -> None:
    shop, result = folded
    bundle = load_bundle(complete_run(shop.home, result["run"]) / "bundle", result["bundle"])
    assert bundle.feature_names == ("visits", "seconds", "device", "member")
    assert [column["role"] for column in bundle.manifest["columns"]] == [
        "number",
        "number",
        "category",
        "flag",
    ]
    assert bundle.manifest["table"] == {"target": "bought", "id": "session"}
    assert sum(bundle.manifest["shares"]["device"].values()) == pytest.approx(1.0)
    rows = np.array([[8.0, np.nan, 0.0, 1.0], [0.0, 10.0, -1.0, np.nan]])
    high, low = bundle.predict_proba(rows)
    assert high > 0.5 > low
    assert bundle.reasons(rows)[0][0].text.startswith("visits 8")


def test_equal_rows_without_ids_are_never_parted(tmp_path: Path) -> None:
    shop = table_shop(tmp_path, "")
    fields = [line.split(",") for line in lines()]
    rows = [",".join([one[1], f"{row}.5", *one[3:]]) for row, one in enumerate(fields)]  # no two alike
    doubled = [*rows, *rows[:20]]
    write_table(tmp_path / "rows.csv", doubled, "visits,seconds,device,member,month,bought")
    said: list[str] = []
    result = train(shop, said.append)
    [note] = [note for note in result["notes"] if "equal an earlier row" in note]
    assert note in said and note.startswith("20 of 620 rows")
    assert result["split"]["entities"] == result["test"]["entities"] == 600


def test_a_test_from_that_is_no_value_names_the_nearest(tmp_path: Path) -> None:
    shop = table_shop(tmp_path, 'id = "session"\norder = "visits"\ntest_from = "4x"')
    with pytest.raises(ShopError, match=r"test_from = '4x': expected a value like those of the order"):
        train(shop, quiet)
    assert not list((shop.home / "runs").iterdir())


def test_an_order_of_one_value_is_refused(tmp_path: Path) -> None:
    shop = table_shop(tmp_path, ORDERED, months=1)
    with pytest.raises(NotEnoughData, match='take split = "folds"'):
        train(shop, quiet)


def test_an_entity_in_both_parts_is_shown_apart(tmp_path: Path) -> None:
    shop = table_shop(tmp_path, ORDERED)
    rows = [f"c{row % 150},{line.partition(',')[2]}" for row, line in enumerate(lines())]
    write_table(tmp_path / "rows.csv", rows)
    result = dict(train(shop, quiet))
    assert result["split"]["audit"]["shared_entities"] > 50
    assert "the same, later" in result["slices"]["entities"]
    folds = dict(train(table_shop(tmp_path, 'id = "session"\nrepeats = 1'), quiet))
    assert folds["split"]["audit"]["shared_entities"] == 0
