"""Every feature against its table worked by hand, on every engine."""

from functools import cache
from typing import Any

import pytest

from features.engines import ENGINES, Engine, Values
from features.ten_rows import CASES, Case
from willbuy.features.algebra import Decayed, registry
from willbuy.features.feature_set import FeatureSet


@cache
def values_of(engine: Engine, table: tuple[Any, ...]) -> Values | None:
    """What an engine says of all features of one table, anchor, clock and session rule at once."""
    same = [case for case in CASES if case.place == table]
    features = FeatureSet(tuple(case.feature for case in same), same[0].clock, same[0].sessions)
    return engine.values(features, same[0].log, [("visitor", same[0].anchor)])[0]


@pytest.mark.parametrize("engine", ENGINES, ids=lambda engine: engine.name)
@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.table}-{case.feature.name}")
def test_value_is_the_one_worked_by_hand(case: Case, engine: Engine) -> None:
    found = values_of(engine, case.place)
    assert found is not None
    value = found[case.feature.name]
    if case.expected is None:
        assert value is None
    else:
        exact = 1e-9 if isinstance(case.feature, Decayed) else 1e-15
        assert value == pytest.approx(case.expected, rel=exact, abs=0)
        assert isinstance(value, int) == (case.feature.type == "integer")


def test_every_class_has_a_table() -> None:
    missing = set(registry()) - {case.feature.key for case in CASES}
    assert not missing, f"no table worked by hand for {sorted(missing)}: add one to ten_rows.py"
