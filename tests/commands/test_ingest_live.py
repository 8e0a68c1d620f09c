"""willbuy ingest --live: what the service stored, once; a mistake is one line."""

import json
import sys
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from events.stored import send
from willbuy import cli
from willbuy.shop import load_shop

SHOP = '[source]\npreset = "retailrocket"\nfiles = ["events.csv"]\n[target]\nwithin = "7d"\n'
NOW = datetime(2015, 6, 2, 5, 3)
START = 1433221332117


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


def account(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], *arguments: str
) -> dict[str, Any]:
    assert willbuy(monkeypatch, "ingest", "--json", *arguments) == 0
    found: dict[str, Any] = json.loads(capsys.readouterr().out)
    return found


def body(number: int) -> dict[str, Any]:
    return {
        "timestamp": START + number,
        "visitorid": number % 7,
        "event": "view",
        "itemid": number,
        "event_id": f"e{number}",
    }


def test_files_and_live_events_in_turn(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    shop = load_shop(folder / "shop.toml")
    send(shop, [body(number) for number in range(100)], NOW)
    first = account(monkeypatch, capsys, "--live")
    assert (first["read"], first["accepted"], first["entities"]) == (100, 100, 7)
    assert [file["path"] for file in first["files"]] == ["live:1-100"]
    assert account(monkeypatch, capsys, "--live")["files"] == []
    rows = [f"{START + number},{number % 7},view,{number},\n" for number in range(50, 150)]
    (folder / "events.csv").write_text("timestamp,visitorid,event,itemid,transactionid\n" + "".join(rows))
    night = account(monkeypatch, capsys)
    assert (night["read"], night["accepted"], night["duplicates"]) == (100, 50, 50)
    send(shop, [body(number) for number in range(90, 120)], NOW)  # ten of them again
    again = account(monkeypatch, capsys, "--live")
    assert (again["read"], again["accepted"], again["entities"]) == (20, 20, 7)
    assert willbuy(monkeypatch, "ingest", "--live") == 0
    assert "The log holds 7 entities" in capsys.readouterr().out


def test_mistakes_are_one_line(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert willbuy(monkeypatch, "ingest", "--live", "events.csv") == 2
    assert "Ingest the files by themselves" in capsys.readouterr().err
    assert willbuy(monkeypatch, "ingest", "--live") == 2
    assert "nothing was served here yet" in capsys.readouterr().err
