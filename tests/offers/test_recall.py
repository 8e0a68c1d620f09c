"""The threshold for a recall, against all choices there are."""

from hypothesis import given
from hypothesis import strategies as st

from offers.rows import ROWS, choices, columns
from willbuy.offers.cuts import Cuts
from willbuy.offers.recall import by_recall


@given(ROWS, st.sampled_from([0.01, 0.3, 0.5, 0.9, 1.0]))
def test_no_choice_of_that_recall_is_smaller(rows: list[tuple[int, bool]], wanted: float) -> None:
    p, y = columns(rows)
    found = by_recall(Cuts.of(p, y), wanted).threshold
    assert found.recall >= wanted - 1e-12
    assert found.selected == min(c.sum() for c in choices(p) if y[c].sum() >= wanted * y.sum() * (1 - 1e-12))
