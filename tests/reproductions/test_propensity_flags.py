"""The click-flag recipe: its columns, and its models and ours beside a truth that is known."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from willbuy.reproductions import propensity_flags
from willbuy.reproductions.our_side import OURS
from willbuy.reproductions.propensity_flags import ID, LOGISTIC, PUBLISHED, TARGET, TRUTH, Flags
from willbuy.shop.load import make_table

COLUMNS = list(make_table({"files": ["flags.csv"], "preset": "propensity_flags"}).columns)


def drawn(n: int, seed: int = 1) -> tuple[pd.DataFrame, np.ndarray]:
    """Users with random flags, and their true probability to order."""
    random = np.random.default_rng(seed)
    table = pd.DataFrame({name: (random.random(n) < 0.2).astype(int) for name in COLUMNS})
    truth = 1 / (1 + np.exp(3.5 - 2 * table["saw_checkout"] - 2 * table["checked_delivery_detail"]))
    table.insert(0, ID, [f"u{number:04}" for number in range(n)])
    return table.assign(**{TARGET: (random.random(n) < truth).astype(int)}), truth.to_numpy()


def test_the_columns_are_products_and_sums_of_flags() -> None:
    table, _ = drawn(50)
    found = propensity_flags.published_columns(table)
    assert len(COLUMNS) == 23
    assert len(found.columns) == 23 + 8 + 2
    assert (found["sign_in_x_saw_checkout"] == table["sign_in"] * table["saw_checkout"]).all()
    assert found["intent_score"].max() <= 5
    assert TARGET not in found


def test_what_is_published_does_not_fit_together() -> None:
    same, unlike = propensity_flags._published()
    assert set(same["figures"].values()) == {0.9974}
    assert unlike["figures"]["chosen_on_its_test"] == pytest.approx(0.0485, abs=5e-5)
    assert [row["figures"]["f1"]["value"] for row in PUBLISHED] == [0.9182, 0.9125, 0.9123]


@pytest.mark.gate
def test_balanced_classes_stand_further_from_the_truth_than_ours(tmp_path: Path) -> None:
    table, truth = drawn(1500)
    file = tmp_path / "training_sample.csv"
    table.to_csv(file, index=False)
    flags = Flags("drawn", "a fifth of them", file, truth)
    tested, frame = propensity_flags.hold_both_out(flags, lambda _: None, models=[LOGISTIC])
    found = tested.both.metrics
    assert (len(frame), found[OURS]["n"]) == (1500, 300)
    assert (found[LOGISTIC]["predicted_over_actual"] or 0) > 2
    far, near = (np.abs(tested.scores[name] - tested.scores[TRUTH]).mean() for name in (LOGISTIC, OURS))
    assert near < 0.5 * far
    assert found[TRUTH]["predicted_over_actual"] == pytest.approx(1, abs=0.25)
