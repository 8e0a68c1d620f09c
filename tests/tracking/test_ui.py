"""MLflow's pages: on loopback alone, and said in a line where they cannot be opened."""

import sys
from importlib.metadata import PackageNotFoundError

import pytest

from tracking.conftest import shop_at
from willbuy.errors import TrackingError
from willbuy.tracking import ui


def test_the_server_answers_on_this_machine_alone_and_sends_no_telemetry(shop, tables, monkeypatch):
    monkeypatch.setattr(ui, "version", lambda _: "3.17.2")
    opened = ui.pages(shop, 5123)
    assert opened.address == "http://127.0.0.1:5123"
    command = " ".join(opened.command)
    assert opened.command[:3] == [sys.executable, "-m", "mlflow"]
    assert "--host 127.0.0.1 --port 5123" in command
    assert opened.environment["MLFLOW_BACKEND_STORE_URI"] == f"sqlite:///{tables}"
    assert opened.environment["MLFLOW_DISABLE_TELEMETRY"] == "true"


def test_without_the_extra_it_is_said_how_to_install_it(shop, tables, monkeypatch):
    def absent(name):
        raise PackageNotFoundError(name)

    monkeypatch.setattr(ui, "version", absent)
    with pytest.raises(TrackingError, match=r"pip install 'willbuy\[mlflow-ui\]'"):
        ui.pages(shop, 5000)


def test_nothing_mirrored_yet(shop):
    with pytest.raises(TrackingError, match="willbuy runs --mirror"):
        ui.pages(shop, 5000)


def test_a_server_has_pages_of_its_own(tmp_path):
    with pytest.raises(TrackingError, match=r"open https://mlflow\.example in a browser"):
        ui.pages(shop_at(tmp_path, mlflow="https://mlflow.example"), 5000)
