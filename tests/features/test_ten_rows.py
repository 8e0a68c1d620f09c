"""Every feature against its table worked by hand, on every engine."""

import pytest

from features.engines import ENGINES
from features.ten_rows import ANCHOR, CASES, EVENTS, Case
from willbuy.features.feature_set import FeatureSet


@pytest.mark.parametrize("engine", ENGINES, ids=lambda engine: engine.name)
@pytest.mark.parametrize("case", CASES, ids=lambda case: case.feature.name)
def test_value_is_the_one_worked_by_hand(case: Case, engine: object) -> None:
    log = {"someone": EVENTS[:1], "visitor": EVENTS, "another": EVENTS[5:]}
    found = engine.values(FeatureSet((case.feature,)), log, "visitor", ANCHOR)
    assert found is not None
    value = found[case.feature.name]
    if case.expected is None:
        assert value is None
    else:
        assert value == pytest.approx(case.expected, rel=1e-15, abs=0)
        assert isinstance(value, int) == (case.feature.type == "integer")
