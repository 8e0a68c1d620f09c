"""Features inside PostgreSQL: the same bits as the plain Python of `live`, as on every engine."""

from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, given, settings

from features.engines import BATCH, Engine, Grid, Values
from features.ten_rows import CASES
from features.test_engines_agree import agrees, worlds
from warehouse.postgres.opened import opened, schema_of_role
from willbuy.features.algebra import Decayed
from willbuy.features.feature_set import FeatureSet
from willbuy.warehouse.postgres.warehouse import PostgresWarehouse

SCHEMA = "shop_of_features"


@pytest.fixture(scope="module")
def warehouse(postgres_admin: str, postgres_url: str) -> Iterator[PostgresWarehouse]:
    """A warehouse in a schema of its own, for all tests of this file: each fills it anew."""
    with schema_of_role(postgres_admin, postgres_url, SCHEMA), opened(postgres_url, SCHEMA) as found:
        yield found


@pytest.fixture(params=BATCH, ids=lambda way: way.name, scope="module")
def engine(request: pytest.FixtureRequest, warehouse: PostgresWarehouse) -> Grid:
    """Every way in which batch answers."""
    way: type[Grid] = request.param
    return way(lambda: warehouse)


def test_every_table_worked_by_hand(engine: Engine) -> None:
    found: dict[object, Values | None] = {}
    for case in CASES:
        if case.place not in found:
            same = tuple(other.feature for other in CASES if other.place == case.place)
            features = FeatureSet(same, case.clock, case.sessions)
            [found[case.place]] = engine.values(features, case.log, [("visitor", case.anchor)])
        values = found[case.place]
        assert values is not None
        value = values[case.feature.name]
        if case.expected is None:
            assert value is None, case
        else:
            exact = 1e-9 if isinstance(case.feature, Decayed) else 1e-15
            assert value == pytest.approx(case.expected, rel=exact, abs=0), case
            assert isinstance(value, int) == (case.feature.type == "integer"), case


@given(world=worlds())
@settings(
    max_examples=25,
    suppress_health_check=[
        HealthCheck.too_slow,
        HealthCheck.data_too_large,
        HealthCheck.function_scoped_fixture,
    ],
)
def test_batch_equals_live_bit_for_bit(engine: Grid, world: tuple) -> None:
    agrees(engine, world)
