"""The catalogues: what a shop gets for what its log holds, and what it adds and drops."""

from pathlib import Path

import pytest

from snapshots.worlds import shop_of
from willbuy.errors import ShopError
from willbuy.events.canonical import KINDS
from willbuy.features.catalogue import features_of
from willbuy.features.label import looking_ahead
from willbuy.features.sessions import SessionRule

FIELDS = ("item", "category", "price", "quantity", "session")
HERE = Path()


@pytest.mark.parametrize("name", ["clicks", "purchases", "session"])
def test_a_catalogue_reads_only_what_the_log_holds(name: str) -> None:
    shop = shop_of(HERE, "session" if name == "session" else "2d", features={"catalogue": name})
    whole = features_of(shop, KINDS, FIELDS)
    assert len(whole) > 20
    assert looking_ahead(whole) == []
    for kinds in (("view", "purchase"), ("purchase",), ("view", "cart", "purchase")):
        for fields in ((), ("item",), ("price",)):
            features = features_of(shop, kinds, fields)
            named = " ".join(features.names)
            assert not any(absent in named for absent in ("remove", "favourite", "other"))
            assert "price" in fields or not any(word in named for word in ("price", "money"))
            assert "item" in fields or not any(word in named for word in ("item", "open_carts", "repeats"))


def test_the_catalogue_follows_the_task_and_the_log() -> None:
    assert "count_view_7d" in features_of(shop_of(HERE), ["view", "purchase"]).names
    assert "gap_purchase" in features_of(shop_of(HERE), ["purchase", "other"]).names
    assert "session_position" in features_of(shop_of(HERE, "session"), ["view", "purchase"]).names
    with pytest.raises(ShopError, match="no feature is left"):
        features_of(shop_of(HERE, features={"catalogue": "none"}), ["view"])


def test_purchases_yields_what_bgnbd_reads() -> None:
    names = features_of(shop_of(HERE), ["purchase"]).names
    assert {"active_days_purchase", "days_since_first_purchase", "days_since_last_purchase"} <= set(names)


def test_session_has_what_the_simple_rule_reads() -> None:
    assert "count_cart_session" in features_of(shop_of(HERE, "session"), ["view", "cart", "purchase"]).names


def test_windows_add_and_drop() -> None:
    own = {
        "windows": ["14d", "2d"],
        "add": [{"feature": "count", "kinds": ["cart"], "window": "3h"}, {"feature": "days_since_first"}],
        "drop": ["count_view_2d"],
    }
    names = features_of(shop_of(HERE, features=own), ["view", "cart"]).names
    assert "count_cart_2d" in names
    assert "count_cart_14d" in names
    assert "count_view_2d" not in names
    assert "count_view_7d" not in names
    assert names[-1] == "count_cart_3h"
    assert names.count("days_since_first_event") == 1  # it is there already


def test_one_window_is_enough() -> None:
    for name in ("clicks", "purchases", "session"):
        own = {"catalogue": name, "windows": ["7d"]}
        shop = shop_of(HERE, "session" if name == "session" else "2d", features=own)
        assert len(features_of(shop, KINDS, FIELDS)) > 10


@pytest.mark.parametrize(
    ("own", "message"),
    [
        (
            {"drop": ["count_veiw_7d"]},
            r"'count_veiw_7d' is no feature of this shop\. Did you mean 'count_view_7d'",
        ),
        (
            {"add": [{"feature": "cuont"}]},
            r"features\.add, number 1: 'cuont' is no feature.*Did you mean 'count'",
        ),
    ],
)
def test_a_misspelling_is_answered_with_the_nearest(own: dict[str, object], message: str) -> None:
    with pytest.raises(ShopError, match=message):
        features_of(shop_of(HERE, features=own), ["view"])


def test_sessions_and_days_follow_the_shop_file() -> None:
    shop = shop_of(HERE, shop={"zone": "Asia/Tokyo"}, anchors={"session_gap": "20m"})
    features = features_of(shop, ["view"], ["session"])
    assert features.clock.zone == "Asia/Tokyo"
    assert features.sessions == SessionRule(shop.anchors.session_gap, own_ids=True)
    assert not features_of(shop, ["view"], ["item"]).sessions.own_ids
