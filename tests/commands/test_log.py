"""willbuy log: a file, a sentence or JSON; a mistake is one line."""

import json
import sys
from datetime import datetime
from pathlib import Path

import duckdb
import pytest

from store.predictions.made_up import VERSION, made_up
from willbuy import cli
from willbuy.models.manifest import sha256
from willbuy.store.predictions import PredictionLog

SHOP = '[shop]\nzone = "Europe/London"\n[table]\nfiles = ["rows.csv"]\ntarget = "bought"\n'


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "shop.toml").write_text(SHOP, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def willbuy(monkeypatch: pytest.MonkeyPatch, *arguments: str) -> int:
    monkeypatch.setattr(sys, "argv", ["willbuy", *arguments])
    with pytest.raises(SystemExit) as end:
        cli.main()
    return int(end.value.code or 0)


def fill(folder: Path, version: str = VERSION) -> None:
    start = datetime(2015, 8, 31, 22, 59, 50)  # ten seconds before midnight in London
    log = PredictionLog(folder / ".willbuy", days=90, clock=lambda: start)
    log.describe(version, [f"count_view_{days}d" for days in (1, 2, 3, 7, 30)])
    for answer in made_up(30, start=start):
        log.put(answer._replace(version=version))
    log.close()


def test_it_writes_what_was_logged(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    fill(folder)
    assert willbuy(monkeypatch, "log", "--since", "2015-09-01") == 0
    assert (
        capsys.readouterr().out == "Wrote answers.parquet: 20 answers of one version, a column a feature.\n"
    )
    assert duckdb.sql("SELECT count(count_view_30d) FROM 'answers.parquet'").fetchall() == [(20,)]


def test_a_run_is_named_and_json_is_printed(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    run = folder / ".willbuy" / "runs" / "0001"
    (run / "bundle").mkdir(parents=True)
    (run / "result.json").write_text("{}")
    (run / "bundle" / "manifest.json").write_bytes(b"{}")
    fill(folder)
    fill(folder, sha256(b"{}"))
    assert willbuy(monkeypatch, "log", "-o", "of_run.csv", "--run", "0001", "--json") == 0
    said = json.loads(capsys.readouterr().out)
    assert said == {"output": "of_run.csv", "answers": 30, "versions": {sha256(b"{}"): 30}, "by_name": True}


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["--since", "2015-09-02", "--until", "2015-09-01"], "--since 2015-09-02 is not before --until"),
        (["--since", "2016-01-01"], "no answer was logged in that time"),
        (["--since", "soon"], "'soon' is no moment"),
        (["-o", "answers.xlsx"], "expected a name that ends in .csv or .parquet"),
        (["--run", "0007"], "no trained model here yet"),
    ],
)
def test_mistakes_are_one_line(
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    arguments: list[str],
    says: str,
) -> None:
    fill(folder)
    assert willbuy(monkeypatch, "log", *arguments) == 2
    said = capsys.readouterr().err
    assert says in said and said.count("\n") == 1


def test_nothing_logged_yet(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert willbuy(monkeypatch, "log") == 2
    assert "nothing has been logged yet" in capsys.readouterr().err
    assert not (folder / "answers.parquet").exists()
