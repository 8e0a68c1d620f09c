"""D11 from outside: whatever clients were told is in the log of a real process, however that process ends."""

import asyncio
import signal
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

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


async def ask_until_it_ends(
    server: Server, records: list[dict[str, float]], end: Any, after: float
) -> dict[str, tuple[float, float]]:
    """Ask from many clients at once until the service has ended; it is ended by `end`, so many seconds after the
    hundredth answer.

    Returns what was told: the score and when, by the id that was sent.
    """
    told: dict[str, tuple[float, float]] = {}

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
        await asyncio.sleep(after)
        end()

    await asyncio.gather(ending(), *(asking(number) for number in range(CLIENTS)))
    return told


def run(
    server: Server, shop: Path, end: Any, after: float
) -> tuple[dict[str, tuple[float, float]], list[Answer]]:
    """What clients were told, and what the log holds then."""
    bundle = load_bundle(shop / ".willbuy" / "runs" / "0001" / "bundle")
    rows = np.nan_to_num(random_rows(np.random.default_rng(4), 50, 6))
    records = [dict(zip(bundle.feature_names, row.tolist(), strict=True)) for row in rows]
    told = asyncio.run(ask_until_it_ends(server, records, end, after))
    server.process.wait(30)
    return told, list(read_answers(shop / ".willbuy"))


def test_a_service_that_is_stopped_under_load_has_logged_every_answer(server: Server, shop: Path) -> None:
    """D11."""
    told, logged = run(server, shop, server.process.terminate, 0.5)
    by_name = {answer.entity: answer for answer in logged}
    assert len(by_name) == len(logged) == len({answer.id for answer in logged})
    assert len(told) >= 100
    assert {name: score for name, (score, _) in told.items()} == {
        name: by_name[name].probability for name in told
    }


def kill_and_look(server: Server, shop: Path, after: float) -> None:
    killed: list[float] = []

    def kill() -> None:
        killed.append(time.monotonic())
        server.process.send_signal(signal.SIGKILL)

    told, logged = run(server, shop, kill, after)
    by_name = {answer.entity: answer.probability for answer in logged}
    early = {name: score for name, (score, at) in told.items() if at < killed[0] - TAIL_SECONDS}
    assert len(early) >= 100
    assert early == {name: by_name.get(name) for name in early}
    assert len(by_name) == len(logged)


def test_a_service_that_is_killed_under_load_loses_the_last_moment_at_most(
    server: Server, shop: Path
) -> None:
    """D11: the docs say what may be lost."""
    kill_and_look(server, shop, TAIL_SECONDS + 0.1)


@pytest.mark.gate
@pytest.mark.parametrize("seed", range(30))
def test_thirty_kills(server: Server, shop: Path, seed: int) -> None:
    """D11."""
    kill_and_look(server, shop, TAIL_SECONDS + np.random.default_rng(seed).uniform(0, 2))
