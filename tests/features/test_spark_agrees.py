"""Features computed by Spark: the same bits as the plain Python of `live`. Queries take seconds there: few, but large."""

from collections import defaultdict

import pytest
from hypothesis import HealthCheck, Phase, given, settings

from features.engines import Grids, Log, Pair, Pairs
from features.ten_rows import CASES
from features.test_engines_agree import agrees, worlds
from willbuy.features.feature_set import FeatureSet
from willbuy.warehouse.spark.warehouse import SparkWarehouse

PHASES = [Phase.explicit, Phase.reuse, Phase.generate]  # to shrink a log would take an hour
HEALTH = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.function_scoped_fixture]


@pytest.fixture(params=[Grids, Pairs], ids=lambda way: way.name)
def engine(request: pytest.FixtureRequest, spark_warehouse: SparkWarehouse) -> Grids | Pairs:
    """The ways in which batch answers there."""
    way: type[Grids | Pairs] = request.param
    return way(lambda: spark_warehouse)


def joined_worlds() -> list[tuple[FeatureSet, Log, list[Pair]]]:
    """The tables worked by hand, those of one clock and one rule of sessions together: an entity for each."""
    found = defaultdict(list)
    for case in CASES:
        found[case.clock, case.sessions].append(case)
    whole = []
    for (clock, sessions), cases in found.items():
        features = {case.feature.name: case.feature for case in cases}
        log = {f"visitor {n}": case.log["visitor"] for n, case in enumerate(cases)}
        pairs = [(f"visitor {n}", case.anchor) for n, case in enumerate(cases)]
        whole.append((FeatureSet(tuple(features.values()), clock, sessions), log, pairs))
    return whole


def test_tables_worked_by_hand(engine: Grids | Pairs) -> None:
    """All of them at once: every class of feature, every edge of a window, on Spark as in plain Python."""
    for world in joined_worlds():
        agrees(engine, world)


@pytest.mark.gate
@given(world=worlds())
@settings(max_examples=25, suppress_health_check=HEALTH, phases=PHASES)
def test_random_logs(engine: Grids | Pairs, world: tuple) -> None:
    """Late events, clocks that leap, sessions of the log's own: any log."""
    agrees(engine, world)
