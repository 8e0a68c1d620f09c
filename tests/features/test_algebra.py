"""Checks that find every class of the algebra by themselves."""

import dataclasses
import importlib
import json
import re
from pathlib import Path

import pytest

from features.pool import POOL
from willbuy.durations import Duration
from willbuy.errors import BundleError, ShopError
from willbuy.features import algebra
from willbuy.features.algebra import (
    Count,
    Decayed,
    Feature,
    ItemConversion,
    ItemPopularity,
    Trend,
    feature_from_spec,
    feature_to_spec,
    registry,
)
from willbuy.features.batch.query import recipes
from willbuy.features.describe import rows
from willbuy.features.feature_set import FeatureSet
from willbuy.features.label import Label, looking_ahead, refuse_look_ahead
from willbuy.features.live.history import evaluators
from willbuy.features.local_time import LocalTime
from willbuy.features.sessions import SessionRule

IDS = lambda feature: feature.name  # noqa: E731


def test_the_pool_holds_every_class() -> None:
    assert {type(feature) for feature in POOL} == set(registry().values())


@pytest.mark.parametrize("key", registry())
def test_a_class_has_the_same_name_in_algebra_batch_and_live(key: str) -> None:
    kind = registry()[key]
    for room, made in (("algebra", None), ("batch", recipes), ("live", evaluators)):
        module = importlib.import_module(f"willbuy.features.{room}.{key}")
        assert module.__doc__ is not None
        assert module.__doc__.startswith(f"{key}"), f"{module.__name__} must say what {key} is"
        if made is None:
            assert kind.__module__ == module.__name__
        else:
            assert made[kind].__module__ == module.__name__
            assert made[kind].__name__ == key
    assert kind.__name__ in algebra.__all__


@pytest.mark.parametrize("key", registry())
def test_a_class_is_in_the_docs(key: str, root: Path) -> None:
    assert f"`{key}`" in (root / "docs" / "features.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("feature", POOL, ids=IDS)
def test_a_feature_says_what_it_is(feature: Feature) -> None:
    assert re.fullmatch(r"[a-z0-9_.-]+", feature.name), "names are plain: models and files refuse [, ] and <"
    assert feature.name.startswith(feature.key)
    assert feature.meaning and feature.unit and feature.type in ("integer", "real")
    assert not feature.looks_ahead
    [row] = rows(FeatureSet((feature,)))
    assert all(row.values())


@pytest.mark.parametrize("feature", POOL, ids=IDS)
def test_a_feature_is_frozen(feature: Feature) -> None:
    for field in dataclasses.fields(feature):
        with pytest.raises(dataclasses.FrozenInstanceError):
            setattr(feature, field.name, None)


@pytest.mark.parametrize("feature", POOL, ids=IDS)
def test_a_feature_survives_json(feature: Feature) -> None:
    spec = json.loads(json.dumps(feature_to_spec(feature)))
    assert feature_from_spec(spec) == feature
    assert feature_from_spec(spec).name == feature.name


def test_two_features_never_share_a_name() -> None:
    assert len({feature.name for feature in POOL}) == len(POOL)


def test_a_set_survives_json() -> None:
    features = FeatureSet(POOL, LocalTime("Asia/Tokyo"), SessionRule(Duration.parse("20m"), own_ids=True))
    assert FeatureSet.from_spec(json.loads(json.dumps(features.to_spec()))) == features


def test_a_set_of_another_version_or_another_name_is_refused() -> None:
    spec = FeatureSet((Count("view"),)).to_spec()
    with pytest.raises(BundleError, match="version 2"):
        FeatureSet.from_spec({**spec, "version": 2})
    spec["features"][0]["name"] = "count_cart"
    with pytest.raises(BundleError, match="'count_cart' reads back as 'count_view'"):
        FeatureSet.from_spec(spec)


def test_the_label_alone_looks_ahead() -> None:
    label = Label("purchase", Duration.parse("7d"))
    assert looking_ahead(POOL) == []
    assert looking_ahead([*POOL, label]) == ["purchase_within_7d"]
    assert "label" not in registry()
    with pytest.raises(ShopError, match="looks ahead"):
        refuse_look_ahead([label])
    with pytest.raises(ShopError, match="looks ahead"):
        FeatureSet((Count("view"), label))


@pytest.mark.parametrize(
    ("spec", "message"),
    [
        ({"feature": "cuont"}, r"'cuont' is no feature.*Did you mean 'count'"),
        ({"feature": "count", "kind": ["view"]}, r"'count' has no 'kind'.*Did you mean 'kinds'"),
        ({"feature": "count", "kinds": ["veiw"]}, r"'veiw' is no kind of event.*Did you mean 'view'"),
        ({"feature": "count", "window": "7x"}, r"'7x' is no look-back window"),
        ({"feature": "count", "window": "whole_session"}, r"what comes later cannot be declared"),
        ({"feature": "count", "window": -7}, r"-7 is no look-back window"),
        ({"feature": "count", "category": 5}, r"category must be a text"),
        ({"feature": "distinct", "of": "items"}, r"'items' is no thing to tell apart.*Did you mean 'item'"),
        ({"feature": "total", "of": "price"}, r"'price' is no measure of an event; known are money, quantity"),
        ({"feature": "ratio", "top": {"feature": "count"}}, r"'ratio' needs 'bottom'"),
        ({"feature": "ratio", "top": "count_cart_7d", "bottom": {"feature": "count"}}, r"a ratio is of two features"),
        ({"feature": "trend", "kinds": ["view"], "short": "7d", "long": "7d"}, r"needs a short span and a longer"),
        ({"feature": "trend", "kinds": ["view"], "short": "7d", "long": "ever"}, r"needs a short span and a longer"),
        ({"feature": "decayed", "half_life": "fast"}, r"half_life: 'fast' is no span"),
        ({"feature": "open_carts", "kinds": ["cart"]}, r"takes a window alone"),
        ({"feature": "item_popularity", "days": 0}, r"1 to 10000 whole days; found days = 0"),
        ({"feature": "item_conversion", "add_top": -1}, r"smoothing must be 0 or more"),
        ({"feature": "ratio", "top": {"feature": "count"}, "bottom": {"feature": "count"}, "add_top": -1}, r"smoothing"),
        ({}, r"None is no feature"),
    ],
)  # fmt: skip
def test_a_wrong_declaration_says_what_is_right(spec: dict[str, object], message: str) -> None:
    with pytest.raises(ShopError, match=message):
        feature_from_spec(spec)


def test_declared_twice_is_refused() -> None:
    with pytest.raises(ShopError, match="'count_view_7d' is declared twice"):
        FeatureSet((Count("view", "7d"), Count("view", "168h")))


def test_windows_and_half_lives_may_be_written_as_text() -> None:
    assert Trend("view", "1d", "2w") == Trend(("view",), "24h", "14d")  # type: ignore[arg-type]
    assert Decayed("view", half_life="48h") == Decayed("view", half_life=Duration.parse("2d"))  # type: ignore[arg-type]


def test_facts_close_by_the_day_or_by_the_hour_about_items_or_categories() -> None:
    names = [
        ItemPopularity("view", 7).name,
        ItemPopularity("view", hours=24).name,
        ItemConversion(hours=24, of="category").name,
    ]
    assert names == [
        "item_popularity_view_7d",
        "item_popularity_view_24h",
        "item_conversion_in_category_purchase_view_24h",
    ]
    with pytest.raises(ShopError, match="1 to 10000 whole hours; found hours = 0"):
        ItemPopularity("view", hours=0)
    with pytest.raises(ShopError, match="brand"):
        ItemPopularity("view", of="brand")
