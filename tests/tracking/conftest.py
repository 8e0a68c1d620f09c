"""Shops with finished runs that no training made, and a migrated MLflow file: its tables are made once and copied."""

import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from evaluation.sample import make_result
from willbuy.evaluation.result.run import Result
from willbuy.runs import BUNDLE, PREDICTIONS, new_run, write_result
from willbuy.shop import Shop, Source, Target, Tracking

AddRun = Callable[..., str]


@pytest.fixture(scope="session")
def sample() -> tuple[Result, pd.DataFrame]:
    """A result and its predictions."""
    return make_result(visitors=500, draws=100)


@pytest.fixture
def shop(tmp_path: Path) -> Shop:
    """A shop that tracks its runs in the file beside them."""
    return shop_at(tmp_path, mlflow=True)


def shop_at(folder: Path, **tracking: Any) -> Shop:
    """A shop in a folder."""
    return Shop(source=Source(), target=Target(within="7d"), folder=folder, tracking=Tracking(**tracking))


@pytest.fixture
def add_run(shop: Shop, sample: tuple[Result, pd.DataFrame]) -> AddRun:
    """Adds a complete run to the shop and returns its name; arguments change the result."""

    def add(predictions: pd.DataFrame | None = sample[1], data: str = "0a1b", **changes: Any) -> str:
        folder = new_run(shop.home)
        bundle = (f"{int(folder.name):04d}" + "c0ffee" * 11)[:64]
        (folder / BUNDLE).mkdir()
        manifest = {"data": {"checksum": data}, "settings": {"depth": 4, "l2": 1.5}}
        (folder / BUNDLE / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
        (folder / BUNDLE / "model.npz").write_bytes(b"arrays")
        if predictions is not None:
            write_parquet(predictions, folder / PREDICTIONS)
        result = {**sample[0], "run": folder.name, "bundle": bundle, **changes}
        write_result(folder, result)
        os.utime(folder / "result.json", (1_700_000_000 + int(folder.name),) * 2)
        return folder.name

    return add


def write_parquet(frame: pd.DataFrame, file: Path) -> None:
    """Write a frame."""
    import duckdb

    with duckdb.connect() as connection:
        connection.register("frame", frame)
        connection.execute(f"COPY frame TO '{file}' (FORMAT parquet)")


@pytest.fixture
def no_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    """No report is drawn: that takes seconds, and most tests are about something else."""
    monkeypatch.setattr("willbuy.tracking.mirror.write_pages", lambda *_: None)


@pytest.fixture(scope="session")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty file with MLflow's tables: making them takes seconds."""
    from willbuy.tracking.place import Place
    from willbuy.tracking.store import _client

    file = tmp_path_factory.mktemp("mlflow") / "mlflow.db"
    _client(Place(f"sqlite:///{file}", file, file.with_name("artifacts"), "none", "")).search_experiments()
    return file


@pytest.fixture
def tables(shop: Shop, migrated: Path) -> Path:
    """MLflow's file of the shop, its tables made."""
    file = shop.home / "mlflow" / "mlflow.db"
    file.parent.mkdir(parents=True)
    shutil.copy(migrated, file)
    return file
