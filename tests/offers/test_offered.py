"""What an [offer] comes to: every threshold that it allows, the one that it asks for."""

import json

import numpy as np
import pytest

from willbuy.models.manifest import plain
from willbuy.offers.offered import offered, words_of
from willbuy.shop import Offer

RNG = np.random.default_rng(5)
P = RNG.beta(1, 8, 4000)
Y = RNG.random(4000) < P
WHOLE = Offer(
    threshold="money", precision=0.3, recall=0.5, capacity=50, margin=10, cost_per_contact=1.5, currency="EUR"
)


def test_every_threshold_that_the_keys_allow_is_there() -> None:
    found = offered(WHOLE, P, Y, population=1000)
    names = [named.name for named in found.thresholds]
    assert names == ["f1", "precision", "recall", "capacity", "money", "money_analytic"]
    assert found.chosen.name == "money" and all(words_of(name, WHOLE) for name in names)
    assert [named.name for named in offered(Offer(), P, Y, population=1000).thresholds] == ["f1"]


@pytest.mark.parametrize("asked", ["f1", "precision", "recall", "capacity", "money"])
def test_what_is_asked_for_is_chosen(asked: str) -> None:
    found = offered(WHOLE.model_copy(update={"threshold": asked}), P, Y, population=1000)
    assert found.chosen.name == asked
    assert [one["name"] for one in found.to_list() if one["chosen"]] == [asked]


def test_a_probability_stands_as_it_is_also_where_nobody_reaches_it() -> None:
    found = offered(Offer(threshold=0.999), P, Y, population=1000)
    assert found.chosen.threshold.value == 0.999 and found.chosen.threshold.selected == 0
    assert found.to_list()[-1]["precision"] is None


def test_the_manifest_can_hold_it() -> None:
    listed = offered(WHOLE, P, Y, population=1000).to_list()
    assert json.loads(json.dumps(plain(listed))) == listed
    assert {"name", "value", "selected", "caught", "precision", "recall", "profit"} <= listed[0].keys()
    assert all(one["profit"] == round(10 * one["caught"] - 1.5 * one["selected"], 4) for one in listed)


def test_without_money_there_is_no_profit() -> None:
    assert offered(Offer(), P, Y, population=1000).to_list()[0]["profit"] is None
