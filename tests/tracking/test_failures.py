"""A store that is broken, locked, silent or not installed: one line, no secret, and the training has not failed."""

import socket
import sqlite3
import sys

import pytest

from tracking.conftest import shop_at
from willbuy.errors import TrackingError
from willbuy.tracking.after_training import mirror_after_training
from willbuy.tracking.mirror import mirror_run
from willbuy.tracking.place import place_of
from willbuy.tracking.secrets import without_secrets
from willbuy.tracking.store import Store

pytestmark = pytest.mark.usefixtures("no_pages")


def warnings_of(shop, run):
    said, warned = [], []
    mirror_after_training(shop, run, said.append, warned.append)
    assert said == []
    (warning,) = warned
    assert len(warning.splitlines()) == 2
    assert warning.startswith(f"warning: run {run} is complete, but was not mirrored: ")
    assert warning.endswith("Send it later with: willbuy runs --mirror")
    return warning


def test_a_shop_that_tracks_nothing_does_nothing(tmp_path):
    said, warned = [], []
    mirror_after_training(shop_at(tmp_path), "0001", said.append, warned.append)
    assert said == warned == []
    with pytest.raises(TrackingError, match="mlflow = true"):
        mirror_run(shop_at(tmp_path))


def test_after_a_training_it_is_said_where_the_run_is(shop, add_run, tables):
    said, warned = [], []
    mirror_after_training(shop, add_run(), said.append, warned.append)
    assert warned == []
    where = ".willbuy/mlflow/mlflow.db"
    assert said == [f"Mirrored run 0001 to MLflow at {where}: experiment shop, model version 1."]


def test_a_file_that_is_no_database(shop, add_run):
    file = shop.home / "mlflow" / "mlflow.db"
    file.parent.mkdir(parents=True)
    file.write_bytes(b"no database at all" * 100)
    assert "file is not a database" in warnings_of(shop, add_run())


def test_a_file_that_another_holds(shop, add_run, tables):
    holder = sqlite3.connect(tables)
    holder.execute("BEGIN EXCLUSIVE")
    try:
        assert "database is locked" in warnings_of(shop, add_run())
    finally:
        holder.close()
    assert mirror_run(shop).sent


def test_a_place_that_cannot_be_written(tmp_path, shop, add_run):
    (shop.home / "mlflow").parent.mkdir(parents=True, exist_ok=True)
    (shop.home / "mlflow").write_text("a file where the folder should be", encoding="utf-8")
    assert "mlflow" in warnings_of(shop, add_run())


def test_a_server_that_does_not_answer(shop, add_run, monkeypatch):
    monkeypatch.setenv("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "0")
    monkeypatch.setenv("MLFLOW_TRACKING_USERNAME", "ann")
    monkeypatch.setenv("MLFLOW_TRACKING_PASSWORD", "hunter2")
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # bound, never listening: every connection is refused
        place = f"http://127.0.0.1:{taken.getsockname()[1]}"
        away = shop_at(shop.folder, mlflow=place)
        warning = warnings_of(away, add_run())
    assert f"MLflow at {place}" in warning
    assert "hunter2" not in warning


def test_without_the_extra_it_is_said_how_to_install_it(shop, add_run, monkeypatch):
    monkeypatch.setitem(sys.modules, "mlflow", None)
    assert "pip install 'willbuy[mlflow]'" in warnings_of(shop, add_run())


def test_whatever_else_goes_wrong_the_training_has_succeeded(shop, add_run, monkeypatch):
    def fail(*_):
        raise RuntimeError("https://ann:hunter2@host is down\nand more lines")

    monkeypatch.setattr("willbuy.tracking.mirror.write_pages", fail)
    monkeypatch.setattr(Store, "__init__", lambda self, place: None)
    monkeypatch.setattr(Store, "find", fail)
    warning = warnings_of(shop, add_run())
    assert "https://***@host is down" in warning and "hunter2" not in warning


def test_a_deleted_experiment_is_said(shop, add_run, tables):
    mirror_run(shop, add_run())
    store = Store(place_of(shop))
    store._client.delete_experiment("1")
    with pytest.raises(TrackingError, match="was deleted in MLflow"):
        mirror_run(shop)


def test_the_library_keeps_its_telemetry_to_itself(shop, tables):
    import os

    Store(place_of(shop))
    assert os.environ["MLFLOW_DISABLE_TELEMETRY"] == "true"


@pytest.mark.parametrize(
    "text",
    [
        "no route to https://ann:hunter2@host/api",
        "401 for Authorization: Bearer hunter2",
        "header 'Basic hunter2='",
        "password hunter2 was refused",
        "token hunter2",
    ],
)
def test_secrets_are_taken_out(text, monkeypatch):
    monkeypatch.setenv("MLFLOW_TRACKING_TOKEN", "hunter2")
    assert "hunter2" not in without_secrets(text)


def test_the_global_state_of_mlflow_stays_as_it_was(shop, add_run, tables):
    import mlflow

    before = mlflow.get_tracking_uri()
    mirror_run(shop, add_run())
    assert mlflow.get_tracking_uri() == before
    assert mlflow.active_run() is None
