"""The client against `willbuy serve` in a process of its own: real models, keys, events, erasing."""

import asyncio
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

import willbuy
from scripts.docs_server import Server
from service.conftest import TABLE_RECORD
from willbuy.errors import EventConflict, KeyRejected, RequestRejected, UnknownId
from willbuy.models.bundle import load_bundle
from willbuy.service.gate.keys import add_key
from willbuy.shop import Common

ROOT = Path(__file__).resolve().parents[2]
ENVIRONMENT = {"PYTHONPATH": str(ROOT / "src")}
SERVED = ["--run", "0001", "--allow-unproven"]


def copied(shop: Common, factory: pytest.TempPathFactory) -> Path:
    """A copy of a trained shop, which a service may fill with events and keys."""
    return Path(shutil.copytree(shop.folder, factory.mktemp("served") / "shop"))


@pytest.fixture(scope="module")
def of_table(made_up_shop: Common, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    server = Server(SERVED, copied(made_up_shop, tmp_path_factory), ENVIRONMENT)
    yield f"http://{server.address}"
    server.stop()


@pytest.fixture(scope="module")
def log_folder(log_shop: Common, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return copied(log_shop, tmp_path_factory)


@pytest.fixture(scope="module")
def of_log(log_folder: Path) -> Iterator[str]:
    server = Server(SERVED, log_folder, ENVIRONMENT)
    yield f"http://{server.address}"
    server.stop()


@pytest.fixture
def table(of_table: str) -> Iterator[willbuy.Client]:
    with willbuy.Client(of_table) as client:
        yield client


@pytest.fixture
def log(of_log: str) -> Iterator[willbuy.Client]:
    with willbuy.Client(of_log) as client:
        yield client


def test_records_one_by_one_and_in_a_batch_are_the_bundles_own_scores(
    table: Any, made_up_shop: Common
) -> None:
    bundle = load_bundle(made_up_shop.home / "runs" / "0001" / "bundle")
    records = [{**TABLE_RECORD, "session": f"s{n}", "visits": n} for n in range(7)]
    alone = [table.predict(record, reasons=2) for record in records]
    together = table.predict_batch([*records, {**TABLE_RECORD, "visit": 3}], reasons=2)
    assert together["predictions"][:-1] == alone
    assert together["predictions"][-1]["error"]["code"] == "unknown_field"
    assert together["total_customers"] == 8
    assert {one["model_version"] for one in alone} == {bundle.id}
    assert [one["session"] for one in alone] == [f"s{n}" for n in range(7)]
    assert all(len(one["reasons"]) <= 2 for one in alone)
    assert table.health()["model_info"]["features"] == list(bundle.feature_names)
    assert table.model()["version"] == bundle.id


def test_a_mistake_names_the_field_and_the_nearest_spelling(table: Any) -> None:
    with pytest.raises(RequestRejected, match="Did you mean 'visits'") as caught:
        table.predict({**TABLE_RECORD, "visit": 3})
    assert (caught.value.status, caught.value.code, caught.value.field) == (422, "unknown_field", "visit")


def events_of(visitor: str, count: int) -> list[dict[str, Any]]:
    start = datetime.now(UTC) - timedelta(hours=1)
    return [
        {"entity": visitor, "time": start + timedelta(seconds=number), "kind": "view", "item": str(number)}
        for number in range(count)
    ]


def test_events_are_counted_once_however_often_they_are_sent(log: Any) -> None:
    events = [{**event, "event_id": f"once-{n}"} for n, event in enumerate(events_of("once", 2_500))]
    sent = log.send_events(events)
    assert (sent.accepted, sent.duplicates, sent.rejected) == (2_500, 0, [])
    again = log.send_events(events)
    assert (again.accepted, again.duplicates) == (0, 2_500)
    assert log.visitor("once", limit=3)["total"] == 2_500
    with pytest.raises(EventConflict):
        log.send_events({**events[0], "item": "another"})


def test_what_the_service_rejects_stands_at_its_place(log: Any) -> None:
    events = events_of("mixed", 1_200)
    events[1_100]["kind"] = "no such kind"
    events[3]["time"] = datetime.now(UTC) + timedelta(days=1)
    sent = log.send_events(events)
    assert sent.accepted == 1_198 and sent.events == 1_200
    assert [one.index for one in sent.rejected] == [3, 1_100]
    assert [one.field for one in sent.rejected] == ["time", "kind"]


def test_a_visitor_is_scored_from_what_was_sent(log: Any) -> None:
    with pytest.raises(UnknownId):
        log.score("fresh")
    log.send_events(events_of("fresh", 5))
    found = log.score("fresh", reasons=2, explain=True)
    assert 0 < found["purchase_probability"] < 1
    assert len(found["events_used"]) == found["events"] == 5
    later = datetime.now(UTC)
    log.send_events(events_of("fresh", 5)[:1])
    assert log.score("fresh", as_of=later)["events"] == 5
    assert log.score("fresh")["events"] == 6


def test_many_asynchronous_clients_at_once(of_log: str) -> None:
    async def shop() -> list[int]:
        async with willbuy.AsyncClient(of_log) as client:
            await asyncio.gather(*(client.send_events(events_of(f"many-{n}", 20)) for n in range(30)))
            return [
                found["events"]
                for found in await asyncio.gather(*(client.score(f"many-{n}") for n in range(30)))
            ]

    assert asyncio.run(shop()) == [20] * 30


def test_keys_open_what_their_scopes_say(log_folder: Path, of_log: str) -> None:
    """Last: from here on the service asks for a key."""
    key = add_key(log_folder / ".willbuy", "shop-front", ["read"], datetime(2026, 1, 1), "a test")
    deadline = datetime.now(UTC) + timedelta(seconds=10)
    with willbuy.Client(of_log) as stranger, willbuy.Client(of_log, key) as reader:
        while datetime.now(UTC) < deadline:
            try:
                stranger.visitor("once")
            except KeyRejected as error:
                assert error.status == 401
                break
        else:
            pytest.fail("a stranger is still let in")
        assert reader.visitor("once")["total"] > 0
        with pytest.raises(KeyRejected) as caught:
            reader.send_events(events_of("once", 1))
        assert caught.value.status == 403 and len(caught.value.unsent) == 1
