"""`willbuy ingest --hold` and `willbuy rebuild` as commands: what they print, and what they refuse."""

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from events.shops import HEADER, some_rows, write_log
from willbuy.cli import app

SHOP = """[source]
files = ["part.csv"]
[source.columns]
entity = "user"
time = "ts"
kind = "what"
item = "item"
price = "price"
quantity = "qty"
[source.kinds]
view = ["view"]
cart = ["cart"]
purchase = ["buy"]
[source.time]
unit = "text"
zone = "UTC"
[target]
within = "7d"
"""


def run(*arguments: str) -> Any:
    return CliRunner().invoke(app, list(arguments), catch_exceptions=True)


def test_parts_are_held_merged_and_rebuilt(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "shop.toml").write_text(SHOP, encoding="utf-8")
    for seed in (1, 2):
        write_log(tmp_path / "part.csv", some_rows(200, seed=seed), HEADER)
        found = run("ingest", "--hold", "--json")
        assert found.exit_code == 0, found.output
        assert (json.loads(found.stdout)["held"], json.loads(found.stdout)["accepted"]) == (200, 0)
        (tmp_path / "part.csv").unlink()
    assert json.loads(run("ingest", "--json").stdout)["accepted"] == 400
    told = json.loads(run("rebuild", "--json").stdout)
    assert (told["same"], told["lost"], told["accepted"]) == (True, [], 400)
    assert "It is the log that it was" in run("rebuild").stdout


def test_live_events_are_not_held(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "shop.toml").write_text(SHOP, encoding="utf-8")
    refused = run("ingest", "--live", "--hold")
    assert refused.exit_code != 0
    assert "--hold is for files" in str(refused.exception or refused.output)
