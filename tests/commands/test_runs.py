"""`willbuy runs` as it is typed: what it prints, what it refuses, and that training ends well whatever tracking does."""

import json

import pytest
from typer.testing import CliRunner

from evaluation.sample import make_result
from willbuy.cli import app
from willbuy.errors import TrackingError, WillbuyError
from willbuy.runs import BUNDLE, new_run, write_result

SHOP = '[source]\nfiles = ["events.csv"]\n[target]\nwithin = "7d"\n'


@pytest.fixture(scope="module")
def result():
    return make_result(visitors=400, draws=100)[0]


@pytest.fixture
def folder(tmp_path, monkeypatch, result):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "shop.toml").write_text(SHOP, encoding="utf-8")
    for _ in range(2):
        run = new_run(tmp_path / ".willbuy")
        (run / BUNDLE).mkdir()
        write_result(run, {**result, "run": run.name})
    return tmp_path


def willbuy(*arguments):
    done = CliRunner().invoke(app, [*arguments])
    if isinstance(done.exception, WillbuyError):
        raise done.exception
    assert done.exit_code == 0, done.output
    return done


def test_the_list(folder):
    assert "0002" in willbuy("runs").stdout
    assert [run["run"] for run in json.loads(willbuy("runs", "--json").stdout)["runs"]] == ["0001", "0002"]


def test_a_list_needs_no_mlflow(folder, monkeypatch):
    import sys

    monkeypatch.setitem(sys.modules, "mlflow", None)
    assert "0001" in willbuy("runs").stdout


def test_two_runs(folder):
    assert (
        "No paired difference: run 0001 has no predictions.parquet." in willbuy("runs", "0001", "0002").stdout
    )
    assert json.loads(willbuy("runs", "0001", "0002", "--json").stdout)["differs"] == {}


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["0001"], "expected two runs to compare"),
        (["0001", "0002", "0003"], "expected two runs to compare"),
        (["0001", "0002", "--mirror"], "name none"),
        (["--ui", "--mirror"], "exclude each other"),
        (["--mirror"], "these|this shop's runs are not tracked"),
        (["--ui"], "this shop's runs are not tracked"),
        (["0001", "0009"], "There are: 0001, 0002"),
    ],
)
def test_what_cannot_be_done_is_refused(folder, arguments, words):
    with pytest.raises(WillbuyError, match=words):
        willbuy("runs", *arguments)


def test_a_table_has_runs_as_well(folder):
    (folder / "shop.toml").write_text('[table]\nfiles = ["rows.csv"]\ntarget = "bought"\n', encoding="utf-8")
    assert "0001" in willbuy("runs").stdout


def test_a_training_whose_tracking_fails_ends_well(folder, monkeypatch, result):
    """Exit code 0, the result on standard output, the warning on the other one."""

    def fail(*_):
        raise TrackingError("MLflow at http://127.0.0.1:9: no answer")

    (folder / "shop.toml").write_text(f'tracking = "http://127.0.0.1:9"\n{SHOP}', encoding="utf-8")
    monkeypatch.setattr("willbuy.pipeline.train", lambda shop, progress: {**result, "run": "0002"})
    monkeypatch.setattr("willbuy.tracking.mirror.mirror_run", fail)
    done = willbuy("train", "--json")
    assert json.loads(done.stdout)["run"] == "0002"
    assert done.stderr.endswith(
        "warning: run 0002 is complete, but was not mirrored: MLflow at http://127.0.0.1:9: no answer\n"
        "Send it later with: willbuy runs --mirror\n"
    )
