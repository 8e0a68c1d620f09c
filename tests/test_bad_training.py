"""Logs that nothing, or hardly anything, can be learnt from: a clear line and no run, or a run that says so."""

import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from willbuy.errors import NotEnoughData
from willbuy.events.ingest import ingest
from willbuy.models.bundle import load_bundle
from willbuy.pipeline import train
from willbuy.runs import complete_run
from willbuy.shop import Shop, load_shop

DAY = 86_400_000  # ms
START = 1_433_116_800_000  # 2015-06-01, ms
DAYS, VISITORS = 60, 120
Buys = Callable[[int, int, random.Random], bool]  # (visitor, day, chance) -> buys on that visit


def write_log(path: Path, buys: Buys) -> None:
    """Visits every few days over sixty days; in some the visitor buys."""
    chance, rows = random.Random(3), []
    for visitor in range(VISITORS):
        for day in range(chance.randint(0, 5), DAYS, chance.randint(3, 6)):
            time = START + day * DAY + chance.randint(0, DAY - 10_000_000)
            rows.append(f"{time},{visitor},view,{chance.randint(1, 9)},")
            if buys(visitor, day, chance):
                rows.append(f"{time + 5000},{visitor},transaction,{chance.randint(1, 9)},{len(rows)}")
    rows.append(f"{START + DAYS * DAY},0,view,1,")
    path.write_text(
        "\n".join(["timestamp,visitorid,event,itemid,transactionid", *rows, ""]), encoding="utf-8"
    )


def ingested(folder: Path, buys: Buys, keys: str = "", features: str = "") -> Shop:
    write_log(folder / "events.csv", buys)
    shop_file = folder / "shop.toml"
    shop_file.write_text(
        '[source]\nfiles = ["events.csv"]\npreset = "retailrocket"\n[target]\nwithin = "7d"\n'
        f"[features]\n{features}\n"
        f'[train]\nbootstrap = 100\ntrials = 0\ncandidates = ["logistic", "xgboost"]\n{keys}',
        encoding="utf-8",
    )
    loaded = load_shop(shop_file)
    ingest(loaded)
    return loaded


def runs_of(shop: Shop) -> list[str]:
    folder = shop.home / "runs"
    return sorted(path.name for path in folder.iterdir()) if folder.exists() else []


def quiet(_: str) -> None:
    """Say nothing."""


@pytest.mark.parametrize(
    ("buys", "said"),
    [
        (lambda v, day, c: False, "the log holds no purchase"),
        (lambda v, day, c: day >= 53 and c.random() < 0.3, r"0 of \d+ training rows buy"),
        (lambda v, day, c: v == 7, r"1 of 120 entities buy .* at least 2 that buy"),
        (lambda v, day, c: True, "there is nobody to tell buyers from"),
        (lambda v, day, c: v != 7, r"119 of 120 entities buy .* take a shorter horizon"),
    ],
    ids=["nobody", "nobody in training", "one buyer", "everybody", "all but one"],
)
@pytest.mark.parametrize(
    "keys", ["", 'class_weight = "balanced"\nnegatives_per_positive = 2\n'], ids=["plain", "weighted"]
)
def test_what_cannot_be_learnt_is_one_line_and_leaves_no_run(
    buys: Buys, said: str, keys: str, tmp_path: Path
) -> None:
    shop = ingested(tmp_path, buys, keys)
    with pytest.raises(NotEnoughData, match=said) as caught:
        train(shop, quiet)
    assert "\n" not in str(caught.value)
    assert runs_of(shop) == []


@pytest.fixture(scope="module")
def silent(tmp_path_factory: pytest.TempPathFactory) -> tuple[Shop, dict[str, Any], list[str]]:
    """A shop with a feature that never varies and one that is never known, trained; and what training said."""
    folder = tmp_path_factory.mktemp("silent")
    never = 'add = [{ feature = "count", kinds = ["remove"], window = "7d" }, { feature = "days_since_last", kinds = ["remove"] }]\n'
    shop, said = ingested(folder, lambda v, day, c: c.random() < 0.15, features=never), []
    return shop, dict(train(shop, said.append)), said


def test_silent_features_are_named_and_do_no_harm(silent: tuple[Shop, dict[str, Any], list[str]]) -> None:
    shop, result, said = silent
    [null] = [line for line in said if "null in every training row" in line]
    [constant] = [line for line in said if "the same in every training row" in line]
    assert "days_since_last_remove" in null
    assert "count_remove_7d" in constant
    assert {null, constant} <= set(result["notes"])
    assert "[features] drop" in null
    bundle = load_bundle(complete_run(shop.home, result["run"]) / "bundle", result["bundle"])
    rows = bundle.golden["rows"].copy()
    before = bundle.log_odds(rows)
    for name in ("days_since_last_remove", "count_remove_7d"):
        rows[:, bundle.feature_names.index(name)] = 5.0
    assert abs(bundle.log_odds(rows) - before).max() < 1e-6


def test_features_that_say_something_are_not_named(silent: tuple[Shop, dict[str, Any], list[str]]) -> None:
    _, result, _ = silent
    assert not any("count_view_7d" in note for note in result["notes"])


def test_a_test_part_without_buyers_gives_a_run_that_says_so(tmp_path: Path) -> None:
    shop = ingested(tmp_path, lambda v, day, c: day < 50 and c.random() < 0.2)
    result = train(shop, quiet)
    assert result["test"]["positives"] == 0
    assert result["verdict"]["kind"] == "not_enough_data"
    assert result["verdict"]["headline"].startswith("Not enough data: 0 buyers")
    assert runs_of(shop) == [result["run"]]


def test_two_buyers_are_enough_to_train_and_not_to_trust(tmp_path: Path) -> None:
    shop = ingested(tmp_path, lambda v, day, c: v in (7, 8))
    result = train(shop, quiet)
    assert result["verdict"]["kind"] == "not_enough_data"
    assert all(
        "no search was asked for" in found["words"] or "needs 50" in found["words"]
        for found in result["tuning"].values()
    )
