"""Ids at the door of a running service, and a visitor erased through it: a real process, its files and what it says (P1, P2)."""

import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from privacy.test_erase import hits
from service.conftest import QUICK, quiet
from waiting import until
from willbuy import audit
from willbuy.events.ingest import ingest
from willbuy.events.look import init
from willbuy.events.simulate import simulate
from willbuy.hashed_ids import entity_of
from willbuy.pipeline import train
from willbuy.privacy.plan import pending
from willbuy.shop import Common, load_any

CANARIES = [f"canary{number:04d}" for number in range(500)]
CANARIES += [f"c{number:04d}.canary@example.org" for number in range(500)]


@dataclass
class Served:
    shop: Common
    client: httpx.Client
    said: Path
    process: "subprocess.Popen[bytes]"

    def stop(self) -> None:
        self.process.terminate()
        assert self.process.wait(120) == 0


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A shop that hashes ids, ingested, trained and served."""
    folder = tmp_path_factory.mktemp("served")
    simulate(folder / "events.csv", visitors=500, preset="dense", seed=7, days=60)
    with (folder / "events.csv").open("a", encoding="utf-8") as file:
        file.writelines(f"1435600000000,{name},view,1,\n" for name in CANARIES[:20])
    init([folder / "events.csv"], preset="retailrocket", within="7d", shop_path=folder / "shop.toml")
    text = (
        (folder / "shop.toml")
        .read_text()
        .replace('preset = "retailrocket"', 'preset = "retailrocket"\nhash_ids = true')
    )
    (folder / "shop.toml").write_text(text + QUICK)
    shop = load_any(folder / "shop.toml")
    ingest(shop)  # type: ignore[arg-type]
    train(shop, quiet)
    said = folder / "said.txt"
    command = [sys.executable, "-m", "willbuy", "serve", "--port", "0", "--run", "0001", "--allow-unproven"]
    with said.open("wb") as file:
        process = subprocess.Popen(
            command,
            cwd=folder,
            stdout=file,
            stderr=subprocess.STDOUT,
            env={**os.environ, "PYTHONUNBUFFERED": "1"},
        )
    try:
        until = time.monotonic() + 60
        while not (found := re.search(r"http://[0-9.:]+", said.read_text())):
            assert process.poll() is None and time.monotonic() < until, said.read_text()
            time.sleep(0.05)
        with httpx.Client(base_url=found[0], timeout=60) as client:
            yield Served(shop, client, said, process)
    finally:
        process.kill()
        process.wait()


def event(name: str, number: int, **changed: object) -> dict[str, object]:
    known = {"visitorid": name, "event": "view", "itemid": 5, "timestamp": int(time.time() * 1000) - 1000}
    return known | {"event_id": f"e{number}"} | changed


def test_p1_no_id_is_stored_logged_or_told(served: Served) -> None:
    """P1: 1,000 canary ids and e-mails in events, looked up, scored, in refused requests: 0 hits in files, logs, 4xx, metrics."""
    client = served.client
    sent = [event(name, number) for number, name in enumerate(CANARIES)]
    found = client.post("/events", json=sent)
    assert found.status_code == 202 and found.json()["accepted"] == 1000, found.text
    refused = [
        client.post("/events", content=json.dumps(event(CANARIES[1], 1, **changed)).encode(), headers=headers)
        for changed, headers in (
            ({"event": CANARIES[2]}, {"content-type": "application/json"}),
            ({"timestamp": CANARIES[3]}, {"content-type": "application/json"}),
            ({"visitorid": [CANARIES[4]]}, {"content-type": "application/json"}),
            ({"visitorid": CANARIES[5] * 200}, {"content-type": "application/json"}),
            ({"itemid": {"of": CANARIES[6]}, "event": None}, {"content-type": "application/json"}),
            ({}, {"content-type": "text/plain"}),
        )
    ]
    refused += [
        client.post("/predict", json={"visitorid": name, "count_view_7d": name}) for name in CANARIES[7:9]
    ]
    refused += [
        client.get("/visitors/unknown-canary/score"),
        client.get(f"/visitors/{CANARIES[1]}/score?as_of=canary"),
    ]
    for answer in refused:
        assert 400 <= answer.status_code < 500 and "canary" not in answer.text, answer.text
    for name in CANARIES[:50]:
        assert client.get(f"/visitors/{name}/score").status_code == 200
    assert "canary" not in client.get("/metrics").text
    assert client.get("/visitors/canary0000").json()["total"] == 2  # the log's and the live one
    scores = served.shop.folder / "scores.csv"
    command = [sys.executable, "-m", "willbuy", "score", "--output", str(scores), "--no-reasons"]
    subprocess.run(command, cwd=served.shop.folder, check=True, capture_output=True)
    assert {len(line.split(",")[0]) for line in scores.read_text().splitlines()[1:]} == {64}
    time.sleep(0.5)  # the log of answers is written every fifth of a second
    assert hits(served.shop.home, "canary") == []
    assert hits(served.shop.home, entity_of(served.shop, CANARIES[0])) != []
    assert "canary" not in served.said.read_text()


def test_p2_a_visitor_is_erased_through_the_service(served: Served) -> None:
    """P2: DELETE at the service: soon no file holds the hash, of the log, the live store or the answers; later events are dropped."""
    client, home = served.client, served.shop.home
    entity = entity_of(served.shop, CANARIES[3])
    assert client.get(f"/visitors/{CANARIES[3]}/score").status_code == 200
    assert len({hit.split("/")[0] for hit in hits(home, entity)}) >= 3
    assert client.delete(f"/visitors/{CANARIES[3]}").status_code == 202
    assert client.get(f"/visitors/{CANARIES[3]}/score").status_code == 404
    until(lambda: not pending(home) and "erase" in {line.act for line in audit.lines(home)})
    assert hits(home, entity) == []
    assert client.post("/events", json=event(CANARIES[3], 5000)).json()["suppressed"] == 1
    assert client.get(f"/visitors/{CANARIES[4]}").json()["total"] == 2
    served.stop()
    assert hits(home, entity, CANARIES[3]) == [] and "canary" not in served.said.read_text()
