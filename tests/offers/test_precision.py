"""The threshold for a precision, against all choices there are."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from offers.rows import ROWS, choices, columns
from willbuy.offers.cuts import Cuts
from willbuy.offers.precision import FEWEST, by_precision


@given(ROWS, st.sampled_from([0.05, 0.25, 0.5, 0.75, 1.0]))
def test_no_choice_of_that_precision_catches_more(rows: list[tuple[int, bool]], wanted: float) -> None:
    p, y = columns(rows)
    found = by_precision(Cuts.of(p, y), wanted)
    fit = [c for c in choices(p) if c.sum() >= min(FEWEST, len(p)) and y[c].mean() >= wanted]
    if found.note:
        assert not fit and "stands instead" in found.note
    else:
        assert found.threshold.precision is not None and found.threshold.precision >= wanted
        assert found.threshold.caught == max(y[c].sum() for c in fit)


def test_one_lucky_row_is_no_precision() -> None:
    p = np.linspace(0.9, 0.1, 100)
    y = np.arange(100) % 5 == 0  # 1 of the best 1, 20 % of any more
    found = by_precision(Cuts.of(p, y), 0.9)
    assert found.threshold.selected >= FEWEST
    assert "no threshold that chooses 20 rows or more reaches a precision of 90 %" in found.note
