"""D11 from outside: whatever clients were told is in the log of a real process, however that process ends."""

import asyncio
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import pytest

import willbuy
from made_up_models import make_run, random_rows
from scripts.docs_server import Server
from willbuy.errors import ClientError
from willbuy.models.bundle import load_bundle
from willbuy.store.predictions import Answer, read_answers

SOURCE = {"PYTHONPATH": str(Path(__file__).resolve().parents[2] / "src")}
TAIL_SECONDS = 1.0  # the log writes five times a second; the rest is for a busy machine
CLIENTS = 8


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    (tmp_path / "shop.toml").write_text('[table]\nfiles = ["rows.csv"]\ntarget = "bought"\n')
    make_run(tmp_path / ".willbuy", 1)
    return tmp_path


@pytest.fixture
def server(shop: Path) -> Iterator[Server]:
    server = Server(["--run", "0001"], shop, SOURCE)
    yield server
    server.stop()


Told = dict[str, tuple[float, float]]
"""What was told: the score and when, by the id that was sent."""


async def ask_until_it_ends(server: Server, records: list[dict[str, float]], end: Any, ready: Any) -> Told:
    """Ask from many clients at once until the service has ended; `end` ends it, once `ready` has seen a hundred answers."""
    told: Told = {}

    async def asking(number: int) -> None:
        async with willbuy.AsyncClient(f"http://{server.address}", retries=0) as client:
            for count in range(1_000_000):
                name = f"c{number}-{count}"
                try:
                    said = await client.predict({"customer_id": name, **records[count % len(records)]})
                except ClientError:
                    return
                told[name] = said["purchase_probability"], time.monotonic()

    async def ending() -> None:
        while len(told) < 100:
            await asyncio.sleep(0.01)
        await ready(told)
        end()

    await asyncio.gather(ending(), *(asking(number) for number in range(CLIENTS)))
    return told


def run(server: Server, shop: Path, end: Any, ready: Any) -> tuple[Told, list[Answer]]:
    """What clients were told, and what the log holds then."""
    bundle = load_bundle(shop / ".willbuy" / "runs" / "0001" / "bundle")
    rows = np.nan_to_num(random_rows(np.random.default_rng(4), 50, 6))
    records = [dict(zip(bundle.feature_names, row.tolist(), strict=True)) for row in rows]
    told = asyncio.run(ask_until_it_ends(server, records, end, ready))
    server.process.wait(120)
    return told, list(read_answers(shop / ".willbuy"))


def test_a_service_that_is_stopped_under_load_has_logged_every_answer(server: Server, shop: Path) -> None:
    """D11."""
    told, logged = run(server, shop, server.process.terminate, lambda told: asyncio.sleep(0.5))
    by_name = {answer.entity: answer for answer in logged}
    assert len(by_name) == len(logged) == len({answer.id for answer in logged})
    assert len(told) >= 100
    assert {name: score for name, (score, _) in told.items()} == {
        name: by_name[name].probability for name in told
    }


def kill_and_look(server: Server, shop: Path, ready: Any, early: Any) -> None:
    """Kill the service once it is `ready`; of what was told, the log holds once what was `early`."""
    told, logged = run(server, shop, server.process.kill, ready)
    by_name = {answer.entity: answer.probability for answer in logged}
    found = early(told)
    assert len(found) >= 100
    assert found == {name: by_name.get(name) for name in found}
    assert len(by_name) == len(logged)


def test_a_service_that_is_killed_under_load_loses_what_it_had_not_written_at_most(
    server: Server, shop: Path
) -> None:
    """D11: the log is written in the order of the answers, and the service says how many it has written."""
    early: dict[str, float] = {}

    async def written(told: Told) -> None:
        async with httpx.AsyncClient(base_url=f"http://{server.address}", timeout=60) as client:
            early.update({name: score for name, (score, _) in told.items()})
            answered = await metric(client, "willbuy_scores_count")
            while await metric(client, "willbuy_log_written_total") < answered:
                await asyncio.sleep(0.02)

    kill_and_look(server, shop, written, lambda told: early)


async def metric(client: httpx.AsyncClient, name: str) -> float:
    """A number of /metrics."""
    page = (await client.get("/metrics")).text.splitlines()
    return next(float(line.split()[-1]) for line in page if line.startswith(f"{name} "))


def by_the_clock(server: Server, shop: Path, after: float) -> None:
    """Kill it so many seconds after the hundredth answer: it loses the last second at most."""
    killed: list[float] = []

    async def later(told: Told) -> None:
        await asyncio.sleep(after)
        killed.append(time.monotonic())

    kill_and_look(
        server,
        shop,
        later,
        lambda told: {name: score for name, (score, at) in told.items() if at < killed[0] - TAIL_SECONDS},
    )


@pytest.mark.gate
@pytest.mark.parametrize("seed", range(30))
def test_thirty_kills(server: Server, shop: Path, seed: int) -> None:
    """D11: the docs say what may be lost."""
    by_the_clock(server, shop, TAIL_SECONDS + np.random.default_rng(seed).uniform(0.1, 2))
