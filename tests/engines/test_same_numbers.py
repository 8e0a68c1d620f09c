"""Generated feature configurations on every engine: the same rows and the same bits, and those of plain Python (B7)."""

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, given, settings

from engines.configurations import Configuration, configurations
from engines.made import Log, ingested, late_log
from willbuy.errors import NotEnoughData
from willbuy.features.log import summarise
from willbuy.parity.comparison import Comparison
from willbuy.parity.proving import compare
from willbuy.shop import Shop
from willbuy.snapshots import Snapshots, build_snapshots
from willbuy.snapshots.compare import compare_snapshots, told
from willbuy.warehouse import open_warehouse
from willbuy.warehouse.engine import Warehouse

PAIRS = 300  # of an entity and a moment that plain Python computes too


@dataclass
class Sides:
    """A log on an engine and on DuckDB, and how many configurations are tried on it."""

    log: Log
    number: int
    request: pytest.FixtureRequest
    stack: ExitStack
    place: Path

    def opened(self, engine: str) -> tuple[Shop, Warehouse]:
        """The log's shop on an engine, and its tables."""
        shop = self.stack.enter_context(ingested(self.log, engine, self.request))
        return shop, self.stack.enter_context(open_warehouse(shop))

    def made(self, side: tuple[Shop, Warehouse], name: str, asked: Configuration) -> Snapshots | str:
        """The snapshots of a configuration; why there are none where there are none."""
        shop, warehouse = side
        try:
            return build_snapshots(
                warehouse, asked.shop(shop), asked.features, asked.moments, folder=self.place / name
            )
        except NotEnoughData as error:
            return str(error)

    def tried(self, check: object) -> None:
        """Run a check of generated configurations, the same ones each time."""
        settings(
            max_examples=self.number,
            derandomize=True,
            database=None,
            phases=(Phase.explicit, Phase.generate),
            suppress_health_check=list(HealthCheck),
        )(given(configurations())(check))()  # type: ignore[operator, arg-type]


@pytest.fixture(
    scope="module",
    params=[
        pytest.param((150, 6), id="small"),
        pytest.param((96_000, 25), id="million", marks=pytest.mark.gate),
    ],
)
def sides(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sides]:
    entities, number = request.param
    folder = tmp_path_factory.mktemp("log")
    with ExitStack() as stack:
        log = late_log(folder, entities)
        yield Sides(log, number, request, stack, tmp_path_factory.mktemp("snapshots"))


def test_live_agrees_with_batch(sides: Sides) -> None:
    shop, warehouse = sides.opened("duckdb")

    def agree(asked: Configuration) -> None:
        comparison = Comparison(
            warehouse, asked.shop(shop), asked.features, summarise(warehouse), asked.moments or ()
        )
        tally, *_ = compare(comparison, PAIRS)
        assert tally.checked
        assert not tally.first, told(tally)

    sides.tried(agree)


@pytest.mark.parametrize("engine", ["postgres", pytest.param("spark", marks=pytest.mark.gate)])
def test_engines_agree(sides: Sides, engine: str) -> None:
    expected, found = sides.opened("duckdb"), sides.opened(engine)

    def agree(asked: Configuration) -> None:
        ours, theirs = sides.made(expected, "duckdb", asked), sides.made(found, engine, asked)
        if isinstance(ours, str) or isinstance(theirs, str):
            assert ours == theirs
            return
        tally = compare_snapshots(ours, theirs)
        assert not tally.first, told(tally)

    sides.tried(agree)
