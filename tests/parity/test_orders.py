"""B4: in whatever order the same rows arrive, live and batch agree."""

from dataclasses import replace
from pathlib import Path

import pytest

from parity.shops import EVERYTHING, add_run, late_shop
from willbuy.parity import prove


@pytest.mark.parametrize("order", range(20))
def test_the_order_of_arrival_changes_nothing(order: int, tmp_path: Path) -> None:
    """B4: 20 permutations of arrival of one log, 5 % of it twice, 10 % late by up to three days; the features in turn."""
    shop = late_shop(tmp_path, entities=4, within="session" if order % 2 else "2d", order=order)
    add_run(shop, replace(EVERYTHING, features=EVERYTHING.features[order % 5 :: 5]))
    proof = prove(shop, n=100)
    assert (proof.mismatches, proof.first) == (0, ())
    assert proof.checked >= 100


@pytest.mark.gate
@pytest.mark.parametrize("order", range(20))
def test_ten_thousand_entity_moments_in_twenty_orders(order: int, tmp_path: Path) -> None:
    """B4 in full: 10,000 entity-moments for each of 20 orders of arrival."""
    shop = late_shop(tmp_path, entities=250, order=order)
    add_run(shop, EVERYTHING)
    proof = prove(shop)
    assert (proof.mismatches, proof.first) == (0, ())
    assert proof.checked >= 10_000
