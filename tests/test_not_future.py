"""A log too short for a split in time, the whole way: cross-validated by visitor, and named so wherever figures stand."""

import random
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from willbuy.evaluation.report.sections.answer import UNPROVEN
from willbuy.events.ingest import ingest
from willbuy.events.look import init
from willbuy.models.bundle import load_bundle
from willbuy.pipeline import train
from willbuy.reporting import write_run_report
from willbuy.runs import complete_run
from willbuy.shop import Shop, load_shop

HEAD = "event_time,event_type,product_id,category_id,category_code,brand,price,user_id,user_session"


def write_log(path: Path, turned: bool) -> None:
    """Forty minutes of 300 visitors, a visit each: who carts often buys. `turned`: the lines the other way round."""
    rng, lines = random.Random(11), []
    for visitor in range(300):
        moment = datetime(2019, 10, 1) + timedelta(seconds=rng.randrange(1800))
        kinds = ["view"] * rng.randint(1, 5)
        if rng.random() < 0.3:
            kinds += ["cart", "view"] + (["purchase"] if rng.random() < 0.5 else [])
        for kind in kinds:
            moment += timedelta(seconds=rng.randint(5, 90))
            item, price = rng.randint(1, 40), rng.randint(5, 90)
            lines.append(
                f"{moment:%Y-%m-%d %H:%M:%S} UTC,{kind},{item},{item % 5},,,{price}.00,v{visitor},s{visitor}"
            )
    path.write_text("\n".join([HEAD, *(reversed(lines) if turned else lines)]) + "\n", encoding="utf-8")


def trained(folder: Path, turned: bool) -> tuple[Shop, dict[str, Any]]:
    write_log(folder / "events.csv", turned)
    init([folder / "events.csv"], preset="rees46", within="session", shop_path=folder / "shop.toml")
    text = (folder / "shop.toml").read_text(encoding="utf-8")
    text += '\n[train]\ncandidates = ["logistic"]\nbootstrap = 100\n'
    (folder / "shop.toml").write_text(text, encoding="utf-8")
    shop = load_shop(folder / "shop.toml")
    ingest(shop)
    return shop, dict(train(shop, lambda _: None))


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> tuple[Shop, dict[str, Any]]:
    return trained(tmp_path_factory.mktemp("short"), turned=False)


def test_it_says_that_it_is_not_the_future(run: tuple[Shop, dict[str, Any]], tmp_path: Path) -> None:
    shop, result = run
    assert result["split"]["kind"] == "not_future" and result["split"]["folds"] == 5
    assert "not about the future" in result["verdict"]["sentences"][0]
    write_run_report(shop, tmp_path / "report.html", result["run"])
    page = (tmp_path / "report.html").read_text(encoding="utf-8")
    head = page[page.index('id="answer"') : page.index('id="beside"')]
    assert UNPROVEN in head and "not about the future" in head
    folder = complete_run(shop.home, result["run"])
    assert load_bundle(folder / "bundle", result["bundle"]).manifest["split"]["kind"] == "not_future"


def test_every_row_is_tested_and_every_row_trains_what_is_shipped(run: tuple[Shop, dict[str, Any]]) -> None:
    shop, result = run
    parts = {part["part"]: part for part in result["parts"]}
    assert parts["train"]["n"] == parts["test"]["n"] == result["test"]["n"]
    assert sum(point["figures"]["n"] for point in result["folds"]["points"]) == result["test"]["n"]
    assert result["test"]["entities"] == result["split"]["entities"] == 300
    assert "origins" not in result and "shuffled" in result
    asked = result["slices"]["asked after event"]
    assert sum(part["n"] for part in asked.values()) == result["test"]["n"]
    assert (complete_run(shop.home, result["run"]) / "test-opened.txt").exists()


def test_the_same_log_in_another_order_is_split_alike(
    run: tuple[Shop, dict[str, Any]], tmp_path: Path
) -> None:
    """Entities get other internal keys as their lines come in another order; figures do not change."""
    _, again = trained(tmp_path, turned=True)
    assert again["test"] == run[1]["test"]
    assert again["folds"] == run[1]["folds"]
    assert again["shuffled"] == run[1]["shuffled"]
