"""A visitor's score over HTTP is what `willbuy score` says of it: the same history, the same features, the same number."""

import csv
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from service.conftest import client_of, state_of
from waiting import until
from willbuy.events.live import EventReader
from willbuy.scoring import score
from willbuy.service.app import create_app
from willbuy.service.state import State
from willbuy.shop import Common, Shop, load_any
from willbuy.store import Store
from willbuy.store.loading import load_history


@pytest.fixture
def started(log_shop: Common, tmp_path: Path) -> Iterator[State]:
    """A copy of the log's shop, its history loaded as at the start of a service."""
    shutil.copytree(log_shop.folder, tmp_path / "shop")
    shop = load_any(tmp_path / "shop" / "shop.toml")
    assert isinstance(shop, Shop)
    load_history(shop)
    with Store(shop.home) as store:
        state = state_of(shop, store=store, reader=EventReader(shop))
        store.use(state.holder.current.features)  # type: ignore[union-attr,arg-type]
        yield state
        state.log.close()


def test_the_first_score_after_a_start_is_that_of_the_batch(started: State, tmp_path: Path) -> None:
    assert isinstance(started.shop, Shop)
    scored = score(started.shop, tmp_path / "scores.csv", reasons=False)
    rows = list(csv.DictReader((tmp_path / "scores.csv").open(encoding="utf-8")))[::7]
    assert len(rows) > 50
    client = client_of(started)
    for row in rows:
        said = client.get(f"/visitors/{row['visitorid']}/score", params={"as_of": row["as_of"]}).json()
        assert said["purchase_probability"] == pytest.approx(float(row["probability"]), rel=1e-12), row[
            "visitorid"
        ]
        assert said["in_population"] is True
        assert said["band"] == row["band"]
    assert scored.as_of == rows[0]["as_of"]


def test_an_erased_visitor_is_gone_from_the_log_too(started: State, tmp_path: Path) -> None:
    """P2: DELETE starts the process that erases the rest; then the batch side does not know the visitor either."""
    assert isinstance(started.shop, Shop)
    score(started.shop, tmp_path / "before.csv", reasons=False)
    visitor = visitors_of(tmp_path / "before.csv")[0]
    audit = started.shop.home / "audit.jsonl"
    before = audit.read_bytes().count(b'"erase"') if audit.exists() else 0
    with TestClient(create_app(started)) as client:
        assert client.get(f"/visitors/{visitor}").json()["live"] == 0
        assert client.delete(f"/visitors/{visitor}").status_code == 202
        assert client.get(f"/visitors/{visitor}").status_code == 404
    until(lambda: audit.exists() and audit.read_bytes().count(b'"erase"') > before)
    score(started.shop, tmp_path / "after.csv", reasons=False)
    assert set(visitors_of(tmp_path / "before.csv")) - set(visitors_of(tmp_path / "after.csv")) == {visitor}


def visitors_of(file: Path) -> list[str]:
    """The visitors of a file of scores."""
    return [row["visitorid"] for row in csv.DictReader(file.open(encoding="utf-8"))]
