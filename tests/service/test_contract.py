"""A9: schemathesis, every phase and every check, against a real server with keys.

What it may not know it is told in `contract.toml`: answers that depend on what is stored or on the time now.
"""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from pathlib import Path

import pytest

from service.edge_server import Edge, edge
from willbuy.service.app import create_app
from willbuy.service.erasing import Erasing
from willbuy.service.gate.keys import add_key
from willbuy.service.gate.scopes import SCOPES
from willbuy.service.state import State
from willbuy.service.wire.limits import Limits

CONFIG = Path(__file__).with_name("contract.toml")
ENVIRONMENT = {
    **os.environ,
    "NO_COLOR": "1",
    # what it knows of every letter, made once: that takes longer than making a hundred cases
    "HYPOTHESIS_STORAGE_DIRECTORY": str(Path(__file__).resolve().parents[2] / ".hypothesis"),
}


@pytest.fixture(scope="module")
def served(demo: State, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Edge, str]]:
    """The demo's app behind the gate, and a key with every scope."""
    home = tmp_path_factory.mktemp("keys")
    key = add_key(home, "tester", SCOPES, datetime(2015, 7, 1), "tester")
    app = create_app(demo, Erasing(demo, rest=lambda: None))
    with edge(home, Limits(), app=app) as running:
        yield running, key


def contract(served: tuple[Edge, str], folder: Path, *options: str) -> str:
    """Run schemathesis; what it said, cut to what can be read."""
    running, key = served
    program = Path(sys.executable).with_name("schemathesis")
    command = [
        str(program),
        "--config-file",
        str(CONFIG),
        "run",
        f"{running.url}/openapi.json",
        "--seed",
        "1",
    ]
    command += ["-H", f"Authorization: Bearer {key}", "--continue-on-failure", *options]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, env=ENVIRONMENT, check=False)
    said = "\n".join(line[:500] for line in done.stdout.splitlines())[-20_000:]
    assert done.returncode == 0, said + done.stderr[-2_000:]
    return said


def cases(said: str) -> int:
    found = re.search(r"(\d+) generated", said)
    assert found, said
    return int(found[1])


def test_every_answer_is_as_the_file_says(served: tuple[Edge, str], tmp_path: Path) -> None:
    assert cases(contract(served, tmp_path, "--max-examples", "8")) > 500


@pytest.mark.gate
def test_a_thousand_cases_a_route(served: tuple[Edge, str], tmp_path: Path) -> None:
    """Two at a time: what takes time is making the cases. Routes without parameters have a handful, all others a thousand."""
    thousand = ("--max-examples", "1000", "--phases", "examples,coverage,fuzzing")
    halves = (("--include-path", "/predict/batch"), ("--exclude-path", "/predict/batch"))
    with ThreadPoolExecutor(2) as pool:
        said = list(pool.map(lambda half: contract(served, tmp_path, *thousand, *half), halves))
    assert sum(map(cases, said)) > 8_000


@pytest.mark.gate
def test_ways_through_several_routes(served: tuple[Edge, str], tmp_path: Path) -> None:
    contract(served, tmp_path, "--max-examples", "100", "--phases", "stateful")
