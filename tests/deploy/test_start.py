"""The start commands of deploy/, run outside a container on a shop that is trained here: up, healthy, stopped by SIGTERM."""

import contextlib
import json
import os
import random
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from urllib.error import URLError
from urllib.request import Request, urlopen

import pytest

from deploy.test_files import PODS, instruction, start_commands
from made_up_table import table_shop
from service.on_postgres import schema, storage
from willbuy.pipeline import train
from willbuy.registry.promote import promote
from willbuy.service.gate.keys import add_key
from willbuy.shop import TableShop, load_any

ROOT = Path(__file__).resolve().parent.parent.parent
NOW = datetime(2026, 1, 2)
RECORD = {"visits": 5, "seconds": 61.5, "device": "desktop", "member": True}


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> TableShop:
    loaded = table_shop(tmp_path_factory.mktemp("shop"), 'id = "session"\nrepeats = 1')
    train(loaded, lambda _: None)
    promote(loaded, "0001", "test", NOW, force="a test")
    return loaded


@pytest.fixture(scope="module")
def key(shop: TableShop) -> str:
    return add_key(shop.home, "deployed", ["predict"], NOW, "test")


def free_port() -> int:
    """A port that nobody has, below those that the system gives to whoever asks for any."""
    for port in random.SystemRandom().sample(range(20_000, 30_000), 50):
        with socket.socket() as one, contextlib.suppress(OSError):
            one.bind(("127.0.0.1", port))
            return port
    raise AssertionError("no port is free")


def here(command: list[str], shop: TableShop, port: int) -> list[str]:
    """The command with this test's shop and port, at loopback: what it says otherwise stays."""
    said = re.sub(r"\S+/shop\.toml", str(shop.folder / "shop.toml"), "\n".join(command))
    return said.replace("0.0.0.0", "127.0.0.1").replace("\n8000", f"\n{port}").split("\n")


@contextmanager
def started(command: list[str], shop: TableShop, port: int) -> Iterator[subprocess.Popen[str]]:
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "src")}
    line = [sys.executable, "-m", "willbuy", *here(command, shop, port)]
    process = subprocess.Popen(
        line, env=environment, cwd=shop.folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def wait_until_ready(port: int, process: subprocess.Popen[str]) -> None:
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline and process.poll() is None:
        try:
            with urlopen(f"http://127.0.0.1:{port}/readyz", timeout=2) as answer:
                if answer.status == 200:
                    return
        except (URLError, OSError):
            time.sleep(0.1)
    pytest.fail(f"not ready: {process.communicate()[1] if process.poll() is not None else 'it runs'}")


def predict(port: int, key: str) -> dict[str, object]:
    headers = {"Content-Type": "application/json", "Authorization": f"Bearer {key}"}
    body = json.dumps({"session": "s1", **RECORD}).encode()
    with urlopen(Request(f"http://127.0.0.1:{port}/predict", body, headers), timeout=60) as answer:
        found: dict[str, object] = json.load(answer)
    return found


@pytest.fixture(scope="module")
def on_server(
    shop: TableShop, tmp_path_factory: pytest.TempPathFactory, postgres_url: str, postgres_admin: str
) -> Iterator[TableShop]:
    """The same shop, its store on a PostgreSQL server."""
    folder = tmp_path_factory.mktemp("on-server") / "shop"
    shutil.copytree(shop.folder, folder)
    with (folder / "shop.toml").open("a", encoding="utf-8") as file:
        file.write(storage(postgres_url, "deployed"))
    loaded = load_any(folder / "shop.toml")
    assert isinstance(loaded, TableShop)
    with schema(postgres_admin, "deployed"):
        yield loaded


@pytest.mark.parametrize("name", sorted(start_commands()))
def test_the_command_comes_up_answers_and_stops(
    name: str, shop: TableShop, key: str, request: pytest.FixtureRequest
) -> None:
    if "--workers" in start_commands()[name]:
        shop = request.getfixturevalue("on_server")
    port, before = free_port(), files_of(shop)
    with started(start_commands()[name], shop, port) as process:
        wait_until_ready(port, process)
        assert 0 < float(str(predict(port, key)["purchase_probability"])) < 1
        health = [part.replace("8000", str(port)) for part in health_check()]
        assert subprocess.run([sys.executable, *health[1:]], check=False, timeout=120).returncode == 0
        process.send_signal(signal.SIGTERM)
        assert process.wait(120) == 0
    assert {path.split("/")[0] for path in files_of(shop) - before} <= {"live"}, (
        "a pod can write to live/ alone"
    )


def test_the_health_check_fails_where_nothing_answers() -> None:
    health = [part.replace("8000", str(free_port())) for part in health_check()]
    assert (
        subprocess.run([sys.executable, *health[1:]], check=False, stderr=subprocess.DEVNULL).returncode != 0
    )


def test_the_probes_ask_routes_that_there_are(shop: TableShop, key: str) -> None:
    paths = set()
    for pod in PODS:
        [container] = pod["spec"]["template"]["spec"]["containers"]
        probes = [value for name, value in container.items() if name.endswith("Probe")]
        paths |= {probe["httpGet"]["path"] for probe in probes}
    assert paths == {"/livez", "/readyz"}


def health_check() -> list[str]:
    """The command of the image's HEALTHCHECK."""
    return instruction("CMD", first=True)


def files_of(shop: TableShop) -> set[str]:
    """What lies under the shop's home."""
    return {path.relative_to(shop.home).as_posix() for path in shop.home.rglob("*") if path.is_file()}
