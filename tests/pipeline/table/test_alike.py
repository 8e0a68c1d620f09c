"""Equal rows of a table without ids: kept together, unless values are so few that being equal says nothing."""

import numpy as np
import pandas as pd

from willbuy.pipeline.table.alike import group_alike


def rows(seconds: float, count: int = 600) -> pd.DataFrame:
    """Sessions without an id; the greater `seconds`, the fewer are alike."""
    random = np.random.default_rng(0)
    frame = pd.DataFrame(
        {"views": random.poisson(3, count) * 1.0, "seconds": random.gamma(2, seconds, count).round()}
    )
    return frame.assign(label=random.binomial(1, 0.2, count), entity=[f"row {n}" for n in range(count)])


def test_an_export_that_stands_twice_in_the_file_is_kept_together() -> None:
    once = rows(seconds=300.0)
    both = pd.concat([once, once.assign(entity=[f"again {n}" for n in range(600)])], ignore_index=True)
    found = group_alike(both, ["views", "seconds", "label"])
    assert found.repeated >= 600 and found.together
    assert (found.entity[600:].to_numpy() == found.entity[:600].to_numpy()).all()
    assert "are never parted by the split" in found.words


def test_rows_of_few_values_stay_their_own() -> None:
    found = group_alike(rows(seconds=3.0), ["views", "seconds", "label"])
    assert found.repeated > 60 and not found.together and "that is chance" in found.words
    assert found.entity.is_unique
