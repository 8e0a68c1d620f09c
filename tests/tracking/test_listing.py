"""The list of runs: what stands in it, and that nothing in the folder of runs can break it."""

import json
import shutil
from datetime import UTC, datetime
from io import StringIO

import pytest

from willbuy.errors import WillbuyError
from willbuy.evaluation.words import figure
from willbuy.runs import new_run
from willbuy.tracking.listing import list_runs, read_line, read_manifest, run_names
from willbuy.tracking.render import render_listing


def printed(renderable):
    from rich.console import Console

    console = Console(width=80, record=True, file=StringIO())
    console.print(renderable)
    return console.export_text()


def test_a_run_in_a_line(shop, add_run, sample):
    add_run()
    (line,) = list_runs(shop).runs
    result = sample[0]
    assert (line.run, line.task, line.model, line.split) == ("0001", "7d", "xgboost", "time")
    assert line.figures["roc_auc"] == result["test"]["roc_auc"]
    assert (line.n, line.positives) == (result["test"]["n"], result["test"]["positives"])
    assert line.made == datetime.fromtimestamp(1_700_000_001, tz=UTC)
    assert line.verdict == result["verdict"]["kind"]
    json.dumps(list_runs(shop).to_dict(), allow_nan=False)


def test_a_copied_run_bears_the_name_of_its_folder(shop, add_run):
    shutil.copytree(shop.home / "runs" / add_run(), shop.home / "runs" / "0009")
    assert [line.run for line in list_runs(shop).runs] == ["0001", "0009"]


def test_what_is_printed_fits_a_narrow_window(shop, add_run, sample):
    add_run(), add_run()
    text = printed(render_listing(list_runs(shop)))
    assert max(len(line) for line in text.splitlines()) <= 80
    assert "…" not in text
    assert "0001" in text and "0002" in text and "2023-11-14" in text
    assert figure(sample[0]["test"]["average_precision"]["value"]) in text


def test_runs_without_any_interval_are_listed(shop, add_run, sample):
    test = {**sample[0]["test"]}
    for name in ("average_precision", "roc_auc", "log_loss"):
        test[name] = {"value": None, "low": None, "high": None}
    add_run(test=test)
    assert "–" in printed(render_listing(list_runs(shop)))


def test_tables_of_rows_are_listed_as_logs_are(shop, add_run):
    task = {"kind": "table", "target": "Revenue", "words": "Who has Revenue?", "population": "", "within": ""}
    add_run(task=task, split={"kind": "folds"})
    (line,) = list_runs(shop).runs
    assert (line.task, line.split) == ("table", "folds")


def test_no_run_is_no_error(shop):
    assert list_runs(shop).to_dict() == {"shop": "shop", "runs": [], "others": []}
    assert render_listing(list_runs(shop)) == "No run yet. Train one with: willbuy train"


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (None, "not complete: it is training, or was stopped"),
        (b"{", "result.json cannot be read: JSONDecodeError"),
        (b"\xff\xfe", "result.json cannot be read: UnicodeDecodeError"),
        (b"[]", "result.json is not what a training writes"),
        (b"3", "result.json is not what a training writes"),
        (b"{}", "result.json is not what a training writes"),
        (b'{"task": null, "test": 3, "verdict": []}', "result.json is not what a training writes"),
        (b"[" * 100_000, "result.json cannot be read: RecursionError"),
    ],
)
def test_what_is_no_run_is_said_and_stops_nothing(shop, add_run, content, why):
    add_run()
    folder = new_run(shop.home)
    if content is not None:
        (folder / "result.json").write_bytes(content)
    add_run()
    found = list_runs(shop)
    assert [line.run for line in found.runs] == run_names(shop.home) == ["0001", "0003"]
    assert found.others == (("0002", why),)
    assert f"0002: {why}." in printed(render_listing(found))
    with pytest.raises(WillbuyError, match="0002"):
        read_line(shop.home, "0002")


def test_foreign_folders_are_named_and_harmless(shop, add_run):
    add_run()
    (shop.home / "runs" / "[red]backup\x1b[2J").mkdir()
    (shop.home / "runs" / "notes.txt").write_text("mine", encoding="utf-8")
    found = list_runs(shop)
    assert [why for _, why in found.others] == ["not a run of willbuy's"] * 2
    text = printed(render_listing(found))
    assert "[red]backup" in text and "\x1b" not in text


@pytest.mark.parametrize("content", [None, "{", "[]"])
def test_a_bundle_that_cannot_be_read_says_nothing(shop, add_run, content):
    folder = shop.home / "runs" / add_run()
    manifest = folder / "bundle" / "manifest.json"
    manifest.unlink()
    if content is not None:
        manifest.write_text(content, encoding="utf-8")
    assert read_manifest(folder) == {}
