"""Lineage: declarations that reach the label's side are named, those of the algebra never are."""

from doctor.plants import Planted
from features.pool import POOL
from willbuy.doctor.lineage import lineage
from willbuy.durations import Duration
from willbuy.features.label import Label


def test_no_feature_of_the_algebra_reads_past_its_anchor() -> None:
    assert lineage(POOL, "purchase") == []


def test_a_label_among_the_features_is_a_leak() -> None:
    [found] = lineage([*POOL, Label("purchase", Duration.parse("7d"))], "purchase")[:1]
    assert found.name == "lineage:purchase_within_7d" and found.grade == "leak"


def test_a_class_of_the_shops_own_is_named() -> None:
    [found] = lineage([*POOL, Planted("total_events")], "purchase")
    assert found.grade == "note" and found.proof["features"] == ["total_events"]
