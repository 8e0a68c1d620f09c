"""willbuy backup: what it prints."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from store.arrivals import arrival, store_them
from willbuy.cli import app
from willbuy.store import Store

SHOP = '[source]\npreset = "retailrocket"\nfiles = ["events.csv"]\n[target]\nwithin = "7d"\n'


def test_a_backup_says_what_it_holds(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("shop.toml").write_text(SHOP)
    with Store(tmp_path / ".willbuy") as store:
        store_them(store, [arrival("ann", 1, "e1"), arrival("ann", 2, "e2")])
        done = CliRunner().invoke(app, ["backup", "copy", "--json"])
        again = CliRunner().invoke(app, ["backup", "other"])
    found = json.loads(done.stdout)
    assert (found["events"], found["last_event"], found["folder"]) == (2, 2, "copy")
    assert list(found["files"]) == ["live/events.sqlite"]
    assert "holds 1 files" in again.stdout
    assert "2 live events" in again.stdout
