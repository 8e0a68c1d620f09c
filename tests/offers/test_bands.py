"""Bands share all probabilities, rise, and stay sensible where buying is common."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from willbuy.errors import BundleError, NotEnoughData
from willbuy.offers.bands import Band, band_of, bands_for, bands_from

RATES = st.floats(1e-6, 1 - 1e-6)


@given(RATES)
def test_bands_cover_everything_once(base_rate: float) -> None:
    bands = bands_for(base_rate)
    assert bands[0].high == 1.0 and bands[-1].low == 0.0
    assert all(above.low == below.high for above, below in pairwise(bands))
    assert all(0.0 <= band.low < band.high <= 1.0 for band in bands)


@given(RATES)
def test_the_base_rate_itself_is_medium(base_rate: float) -> None:
    assert band_of(np.array([base_rate]), bands_for(base_rate)).tolist() == ["medium"]


@given(RATES, st.lists(st.floats(0, 1), min_size=1))
def test_a_band_holds_what_lies_in_it(base_rate: float, probability: list[float]) -> None:
    bands = {band.name: band for band in bands_for(base_rate)}
    names = band_of(np.array(probability), tuple(bands.values()))
    for p, name in zip(probability, names, strict=True):
        assert bands[name].low <= p and (p < bands[name].high or p == bands[name].high == 1.0)


def test_where_buying_is_rare_the_bounds_are_multiples_of_the_rate() -> None:
    assert [band.times for band in bands_for(0.0001)] == pytest.approx([4, 2, 0.5, 0], abs=0.01)


@pytest.mark.parametrize("rate", [0.0, 1.0, float("nan"), -0.1])
def test_no_bands_without_both_outcomes(rate: float) -> None:
    with pytest.raises(NotEnoughData, match="base rate is"):
        bands_for(rate)


def test_bands_survive_the_manifest() -> None:
    bands = bands_for(0.03)
    assert bands_from([band.to_dict() for band in bands]) == bands


@pytest.mark.parametrize(
    "forged",
    [
        [],
        [{"name": "high"}],
        [Band("a", 0.1, 1.0, 1.0).to_dict()],
        [Band("a", 0.0, 1.0, 0.0).to_dict(), Band("b", 0.5, 1.0, 0.0).to_dict()],
        [Band("a", "x", 1.0, 0.0).to_dict(), Band("b", 0.0, 1.0, 0.0).to_dict()],  # type: ignore[arg-type]
    ],
)
def test_a_forged_manifest_is_refused(forged: list[dict[str, object]]) -> None:
    with pytest.raises(BundleError, match="bands"):
        bands_from(forged)
