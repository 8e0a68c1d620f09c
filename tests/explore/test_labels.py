"""Labels and features of the page: the shop's own question, asked as training asks it."""

from datetime import datetime, timedelta
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy.stats import spearmanr

from events.shops import some_rows
from explore.small import explored, ingested
from willbuy.explore.correlation import correlations
from willbuy.explore.log.explore import explore_log
from willbuy.features.describe import of_shop
from willbuy.shop.model import Target
from willbuy.snapshots import build_snapshots
from willbuy.warehouse import open_warehouse


def month(people: int, buys: str) -> list[str]:
    """Everybody looks at something at noon of each day of March 2024; the first buys on one of them."""
    noons = [datetime(2024, 3, 1, 12) + timedelta(days=day) for day in range(30)]
    rows = [f"u{person},{noon},view,i{person},," for person in range(people) for noon in noons]
    return [*rows, f"u0,{buys} 13:00:00,buy,i0,1.00,1"]


def test_class_balance_and_maturity(tmp_path: Path) -> None:
    rows = [*month(3, "2024-03-20"), "u1,2024-03-10 15:00:00,buy,i1,1.00,1"]
    found = explored(tmp_path, rows)["balance"]
    anchors = [(one["anchor"][:10], one["buyers"]["hits"], one["buyers"]["of"]) for one in found["anchors"]]
    assert anchors == [("2024-03-09", 1, 3), ("2024-03-16", 1, 3), ("2024-03-23", 0, 3)]
    assert found["waiting"] == ["2024-03-30T00:00:00"]
    assert (found["known_until"], found["days_not_known"]) == ("2024-03-23T00:00:00", 7)
    assert (
        found["says"]
        == "22.2 % of 9 snapshots at 3 anchors buy within 7d: between 0 % and 33.3 % at single anchors."
    )
    assert "up to the midnight that begins 2024-03-23; at the 7 midnights after it" in found["says_maturity"]


def test_a_log_too_short_for_labels_says_so(tmp_path: Path) -> None:
    found = explored(
        tmp_path,
        ["a,2024-03-04 09:00:00,view,i1,,", *(f"b,2024-03-04 1{n}:00:00,buy,i1,1.00,1" for n in range(5))],
    )
    assert found["balance"]["why_not"].startswith("No label can be made: the log spans ")
    assert found["features"]["why_not"] == found["balance"]["why_not"]


def test_a_session_task_is_asked_inside_sessions(tmp_path: Path) -> None:
    shop = ingested(tmp_path, some_rows(4000, people=40), target=Target(within="session"))
    found = explore_log(shop)
    assert found["balance"]["task"] == "before the session ends"
    assert sum(one["n"] for one in found["balance"]["anchors"]) > 1000
    assert found["features"]["correlations"]["names"][0] == "label"


def test_features_are_those_of_training(tmp_path: Path) -> None:
    shop = ingested(tmp_path, some_rows(12_000, people=200), target=Target(within="1d"))
    found = explore_log(shop)["features"]
    with open_warehouse(shop) as warehouse:
        anchors = [datetime.fromisoformat(one) for one in found["anchors"]]
        frame = build_snapshots(warehouse, shop, of_shop(shop, warehouse), anchors).frame()
    names = found["correlations"]["names"]
    expected = frame[names].astype(float).corr(method="pearson").to_numpy()
    assert np.allclose(
        np.array(found["correlations"]["pearson"], dtype=float), expected, atol=6e-4, equal_nan=True
    )
    assert found["sample"].startswith(f"{len(frame):,} snapshots (")


def test_buckets_ask_for_some_entities_alone(tmp_path: Path) -> None:
    shop = ingested(tmp_path, some_rows(12_000, people=200), target=Target(within="1d"))
    with open_warehouse(shop) as warehouse:
        declared = of_shop(shop, warehouse)
        whole = build_snapshots(warehouse, shop, declared).frame()
        some = build_snapshots(warehouse, shop, declared, buckets=(3, 11)).frame()
    kept = whole[whole["entity_key"] % 16 == 3], whole[whole["entity_key"] % 16 == 11]
    expected = pd.concat(kept).sort_values(["anchor", "entity"]).reset_index(drop=True)
    assert 0 < len(some) < len(whole)
    pd.testing.assert_frame_equal(some.sort_values(["anchor", "entity"]).reset_index(drop=True), expected)


@pytest.mark.parametrize("seed", range(3))
def test_correlations_are_those_of_scipy_over_known_pairs(seed: int) -> None:
    draw = np.random.default_rng(seed)
    frame = pd.DataFrame(draw.integers(0, 6, (200, 4)).astype(float), columns=["a", "b", "c", "d"])
    frame[draw.random(frame.shape) < 0.2] = np.nan
    frame.insert(0, "label", draw.integers(0, 2, 200))
    found = correlations(frame)
    for i, one in enumerate(found["names"]):
        for j, other in enumerate(found["names"]):
            both = (
                frame[[one, other]].dropna()
                if one != other
                else frame[[one]].dropna().assign(again=frame[one])
            )
            assert found["spearman"][i][j] == pytest.approx(spearmanr(both.to_numpy()).statistic, abs=6e-4)
            assert found["pearson"][i][j] == pytest.approx(np.corrcoef(both.to_numpy().T)[0, 1], abs=6e-4)


def test_correlations_say_when_there_is_nothing_to_say() -> None:
    rare = pd.DataFrame({"label": [1] * 5 + [0] * 95, "a": range(100)})
    assert "Only 5 rows are of the rarer class" in correlations(rare)["says"]
    assert correlations(pd.DataFrame({"label": [0, 1], "a": [2.0, 2.0]}))["says"].startswith(
        "No column varies"
    )
    mostly_null = pd.DataFrame(
        {"label": [0, 1] * 50, "a": [float(n) if n < 40 else np.nan for n in range(100)]}
    )
    assert correlations(mostly_null)["says"].startswith("No column is known in half of the rows")
