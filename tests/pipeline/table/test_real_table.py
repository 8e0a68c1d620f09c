"""Online Shoppers (UCI 468) as its preset has it: the break in `PageValues` stops training; accepted, the drop is named."""

from pathlib import Path

import pytest

from willbuy.doctor.diagnosis import LeakFound
from willbuy.pipeline import train
from willbuy.reporting import write_run_report
from willbuy.shop import TableShop, load_any


@pytest.fixture
def sessions(shared_data: Path) -> Path:
    return shared_data / "uci_online_shoppers" / "online_shoppers_intention.csv"


def shop_of(folder: Path, file: Path, more: str) -> TableShop:
    (folder / "shop.toml").write_text(
        f"""
[table]
files = ["{file}"]
preset = "online_shoppers"
[train]
candidates = ["logistic"]
trials = 0
bootstrap = 100
{more}""",
        encoding="utf-8",
    )
    loaded = load_any(folder / "shop.toml")
    if not isinstance(loaded, TableShop):
        raise TypeError("a table's shop file was expected")
    return loaded


def test_a_column_that_the_purchase_filled_stops_training(tmp_path: Path, sessions: Path) -> None:
    shop = shop_of(tmp_path, sessions, "")
    with pytest.raises(LeakFound, match="known_when:PageValues"):
        train(shop, lambda _: None)
    assert not list((shop.home / "runs").iterdir())


def test_november_and_december_are_not_what_cross_validation_promised(tmp_path: Path, sessions: Path) -> None:
    accepted = '[doctor]\naccept = { "known_when:PageValues" = "to see what it is worth" }\n'
    shop = shop_of(tmp_path, sessions, accepted)
    result = train(shop, lambda _: None)
    assert [(part["part"], part["n"], part["positives"]) for part in result["parts"] if part["n"]] == [
        ("train", 7605, 932),
        ("test", 4725, 976),
    ]
    auc, inner = result["test"]["roc_auc"]["value"], result["candidates"][0]["metrics"]["roc_auc"]["value"]
    assert auc is not None and inner is not None and inner > 0.92 and 0.80 < auc < 0.86
    said = " ".join(result["verdict"]["sentences"])
    assert "Trained on Feb to Oct, tested on Nov and Dec" in said and "a drop of 0.1" in said
    assert "The base rate went from 12.3 % to 20.7 %" in said
    assert "PageValues alone" in result["rules"]
    assert any(note.startswith("125 of 12,330 rows equal an earlier row") for note in result["notes"])
    write_run_report(shop, tmp_path / "report.html", result["run"])
    assert "to see what it is worth" in (tmp_path / "report.html").read_text(encoding="utf-8")
