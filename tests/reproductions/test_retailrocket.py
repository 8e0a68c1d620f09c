"""The Retail Rocket recipe: its columns, and both methods on a small log whose truth is known."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from willbuy.errors import SourceError
from willbuy.events.simulate import simulate
from willbuy.reproductions import retailrocket
from willbuy.reproductions.our_side import OURS
from willbuy.reproductions.retailrocket import METHOD, TRUTH, Log


def test_the_columns_are_the_published_ones() -> None:
    names = [feature.name for feature in retailrocket.published_features(("view", "cart", "purchase"))]
    assert len(names) == 13  # and the ratio, which is made of them
    assert {
        "count_view_1d",
        "count_cart_30d",
        "count_event_7d",
        "distinct_item_event_7d",
        "days_since_last_event",
    } <= set(names)


def test_carts_per_view_is_0_without_a_view_and_days_are_whole() -> None:
    features = retailrocket.published_features(("view", "cart"))
    rows = pd.DataFrame({feature.name: [2.0, np.nan] for feature in features})
    rows["count_cart_7d"], rows["days_since_last_event"] = [3.0, 1.0], [1.9, 0.2]
    found = retailrocket.published_columns(rows, features)
    assert found[:, -2].tolist() == [1.0, 0.0]  # days
    assert found[:, -1].tolist() == [1.5, 0.0]  # carts per view
    assert not np.isnan(found).any()


def test_a_log_is_told_by_its_name() -> None:
    assert retailrocket.given(Path("events.csv")).preset == "retailrocket"
    assert retailrocket.given(Path("online_retail.parquet")).preset == "online_retail"
    with pytest.raises(SourceError, match=r"clicks\.csv: retailrocket runs on events\.csv"):
        retailrocket.given(Path("clicks.csv"))


@pytest.mark.gate
def test_their_scores_are_too_high_and_ours_are_not(tmp_path: Path) -> None:
    file, truth = tmp_path / "events.csv", tmp_path / "truth.csv"
    simulate(file, visitors=4000, preset="dense", truth=truth, truth_within="7d")
    tested = retailrocket.hold_both_out(Log("small", file, "retailrocket", truth))
    found = tested.both.metrics
    assert found[METHOD]["predicted_over_actual"] > 1.5
    assert 0.7 < found[OURS]["predicted_over_actual"] < 1.3
    assert (
        found[TRUTH]["log_loss"]["value"]
        < found[OURS]["log_loss"]["value"]
        < found[METHOD]["log_loss"]["value"]
    )
