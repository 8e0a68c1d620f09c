"""A log bundle and a table bundle, trained once, and the app around them: real models, real prediction log."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from starlette.testclient import TestClient

from made_up_table import table_shop
from scripts.openapi_file import demo_shop, demo_state
from willbuy.events.ingest import ingest
from willbuy.events.live import EventReader
from willbuy.events.look import init
from willbuy.events.simulate import simulate
from willbuy.pipeline import train
from willbuy.service.app import create_app
from willbuy.service.holder import Holder
from willbuy.service.state import State
from willbuy.shop import Common, Shop, load_any
from willbuy.store import Store
from willbuy.store.predictions import PredictionLog

NOW = datetime(2015, 7, 2, 12)
QUICK = '\n[train]\ncandidates = ["logistic"]\ntrials = 0\nbootstrap = 100\nfolds = 3\n[doctor]\n'


def quiet(_: str) -> None:
    """Say nothing."""


def clock() -> datetime:
    """The moment at which every test of the service takes place, some hours after the log's end."""
    return NOW


@pytest.fixture(scope="session")
def log_shop(tmp_path_factory: pytest.TempPathFactory) -> Common:
    """A simulated log, ingested, with one run."""
    folder = tmp_path_factory.mktemp("log")
    simulate(folder / "events.csv", visitors=900, preset="dense", seed=7, days=60)
    init([folder / "events.csv"], preset="retailrocket", within="7d", shop_path=folder / "shop.toml")
    with (folder / "shop.toml").open("a", encoding="utf-8") as file:
        file.write(QUICK)
    shop = load_any(folder / "shop.toml")
    ingest(shop)  # type: ignore[arg-type]
    train(shop, quiet)
    return shop


@pytest.fixture(scope="session")
def made_up_shop(tmp_path_factory: pytest.TempPathFactory) -> Common:
    """A made-up table with one run: numbers with gaps, a category, a flag, and an id."""
    shop = table_shop(tmp_path_factory.mktemp("table"), 'id = "session"\nrepeats = 1')
    train(shop, quiet)
    return shop


def state_of(shop: Common, **changes: Any) -> State:
    """A state around the newest run of a shop, served without proof; the caller closes its log."""
    holder = Holder(shop, clock, run="0001", allow_unproven=True)
    holder.start()
    log = PredictionLog(shop.home, shop.serve.log_days, clock)
    state = State(
        shop=shop, clock=clock, holder=holder, store=None, reader=None, log=log, keys=None, hasher=None
    )  # type: ignore[arg-type]
    return replace(state, **changes)


@pytest.fixture(scope="session")
def log_state(log_shop: Common) -> Iterator[State]:
    """The state of the log's shop, without a store."""
    state = state_of(log_shop)
    yield state
    state.log.close()


@pytest.fixture(scope="session")
def table_state(made_up_shop: Common) -> Iterator[State]:
    """The state of the table's shop."""
    state = state_of(made_up_shop)
    yield state
    state.log.close()


def client_of(state: State) -> TestClient:
    """A client of the app, in process; a fault in the app is an answer of 500, as it is to anybody."""
    return TestClient(create_app(state), raise_server_exceptions=False)


@pytest.fixture
def live(log_state: State, tmp_path: Path) -> Iterator[State]:
    """The log's shop with a store of its own, empty at first."""
    assert isinstance(log_state.shop, Shop)
    with Store(tmp_path) as store:
        store.use(log_state.holder.current.features)  # type: ignore[union-attr,arg-type]
        yield replace(log_state, store=store, reader=EventReader(log_state.shop))


@pytest.fixture
def live_client(live: State) -> Iterator[TestClient]:
    """A client of the app with a store, its requests all in one event loop."""
    with client_of(live) as client:
        yield client


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[State]:
    """The demo shop of docs/openapi.json: six features, one run, a store."""
    folder = tmp_path_factory.mktemp("demo")
    shop = demo_shop(folder)
    with Store(folder) as store:
        state = demo_state(shop, store, folder)
        yield state
        state.log.close()


@pytest.fixture(scope="session")
def log_client(log_state: State) -> TestClient:
    """A client of the log's app."""
    return client_of(log_state)


@pytest.fixture(scope="session")
def table_client(table_state: State) -> TestClient:
    """A client of the table's app."""
    return client_of(table_state)


TABLE_RECORD = {"session": "s1", "visits": 5, "seconds": 61.5, "device": "desktop", "member": True}


@pytest.fixture(scope="session")
def log_record(log_state: State) -> dict[str, Any]:
    """A record of the log's features: the first row that the bundle checks itself with."""
    serving = log_state.holder.current
    row = serving.bundle.golden["rows"][0].tolist()  # type: ignore[union-attr]
    return {name: None if np.isnan(value) else value for name, value in zip(serving.names, row, strict=True)}  # type: ignore[union-attr]
