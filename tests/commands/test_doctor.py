"""willbuy doctor: 0 where all is well or accepted, 1 on a leak, 2 on a mistake; nothing is left behind but the page."""

import json
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from doctor.plants import sessions
from willbuy import cli


def table(folder: Path, leak: bool = False, more: str = "") -> Path:
    columns, y = sessions(11, rows=1500)
    if leak:
        columns["paid"] = np.asarray(y * 3.0)
    frame = pd.DataFrame({**columns, "bought": y.astype(int)})
    frame.to_csv(folder / "sessions.csv", index=False)
    roles = "".join(f'{name} = {{ role = "number", known = "before" }}\n' for name in columns)
    text = f'[table]\nfiles = ["sessions.csv"]\ntarget = "bought"\n[table.columns]\n{roles}{more}'
    (folder / "shop.toml").write_text(text, encoding="utf-8")
    return folder


def willbuy(monkeypatch: pytest.MonkeyPatch, folder: Path, *arguments: str) -> int:
    monkeypatch.chdir(folder)
    monkeypatch.setattr(sys, "argv", ["willbuy", *arguments])
    with pytest.raises(SystemExit) as end:
        cli.main()
    return int(end.value.code or 0)


def test_a_clean_table_ends_with_0_and_a_page(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert willbuy(monkeypatch, table(tmp_path), "doctor") == 0
    printed = capsys.readouterr().out
    assert "No leak found." in printed and "Wrote doctor.html" in printed
    assert sorted(path.name for path in tmp_path.iterdir()) == ["doctor.html", "sessions.csv", "shop.toml"]


def test_a_leak_ends_with_1_and_stands_in_the_json(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert willbuy(monkeypatch, table(tmp_path, leak=True), "doctor", "--json") == 1
    said = json.loads(capsys.readouterr().out)
    assert said["stops"] is True and said["rows"] == said["of"] == 1500
    first = said["findings"][0]
    assert first["name"] == "too_good:paid" and first["grade"] == "leak" and first["accepted"] is None
    assert first["proof"]["roc_auc"] == 1.0
    assert not (tmp_path / "doctor.html").exists()


def test_an_accepted_leak_ends_with_0(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    accepted = '[doctor.accept]\n"too_good:paid" = "the deposit, paid before"\n'
    folder = table(tmp_path, leak=True, more=accepted)
    assert willbuy(monkeypatch, folder, "doctor", "--json", "--output", "page.html") == 0
    said = json.loads(capsys.readouterr().out)
    assert said["findings"][0]["accepted"] == "the deposit, paid before"
    assert "Accepted: the deposit, paid before" in (tmp_path / "page.html").read_text(encoding="utf-8")


def test_training_stops_with_2_and_leaves_no_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert willbuy(monkeypatch, table(tmp_path, leak=True), "train") == 2
    [line] = [line for line in capsys.readouterr().err.splitlines() if line.startswith("error:")]
    for part in ("too_good:paid", "ROC-AUC of 1.000", "[table.columns.paid] role", '"too_good:paid" = "why"'):
        assert part in line
    assert list((tmp_path / ".willbuy" / "runs").iterdir()) == []


def test_a_mistake_ends_with_2(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert willbuy(monkeypatch, tmp_path, "doctor") == 2
