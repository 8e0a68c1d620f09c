"""The same bits whatever time zone the machine, the session and the server are set to (B3)."""

import json
import os
import subprocess
import sys
from contextlib import ExitStack
from pathlib import Path

import pytest

from engines.made import late_log, storage_of

ZONES = ("UTC", "America/St_Johns", "Asia/Kathmandu", "Pacific/Apia")
TESTS = Path(__file__).resolve().parent.parent


@pytest.mark.parametrize(
    "engines",
    [
        pytest.param(("duckdb", "postgres"), id="postgres"),
        pytest.param(("duckdb", "spark"), id="spark", marks=pytest.mark.gate),
    ],
)
def test_features_are_the_same_under_four_time_zones(
    tmp_path: Path, engines: tuple[str, ...], request: pytest.FixtureRequest
) -> None:
    log, found = late_log(tmp_path, 40), {}
    with ExitStack() as stack:
        for zone in ZONES:
            texts = [stack.enter_context(storage_of(engine, request)) for engine in engines]
            for engine, line in zip(
                engines, digests(zone, [log.shop(text).folder for text in texts]), strict=True
            ):
                found[zone, engine] = line
    assert len(found) == len(ZONES) * len(engines)
    assert int(found["UTC", "duckdb"]["rows"]) > 20
    assert {json.dumps(line) for line in found.values()} == {json.dumps(found["UTC", "duckdb"])}


def digests(zone: str, folders: list[Path]) -> list[dict[str, str]]:
    """What `engines.digest` prints of shops, on a machine in that zone whose PostgreSQL sessions are in it too."""
    path = os.pathsep.join([str(TESTS), str(TESTS.parent / "src")])
    done = subprocess.run(
        [sys.executable, "-m", "engines.digest", *(str(folder / "shop.toml") for folder in folders)],
        env={**os.environ, "TZ": zone, "PGTZ": zone, "PYTHONPATH": path},
        capture_output=True,
        text=True,
        check=False,
        timeout=600,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]
