"""D9: a disk that is full refuses events and keeps what it acknowledged; room is all that is needed to go on."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from waiting import PATIENCE

FILLS = """
import json, os, resource, signal, sys, time
from pathlib import Path
from store.arrivals import arrival, store_them
from willbuy.errors import StoreFull
from willbuy.store import Outcome, Store
home, limit = Path(sys.argv[1]), int(sys.argv[2])
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
store = Store(home, merge_at=500)
if limit:
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, resource.RLIM_INFINITY))
stored, refused, number = 0, 0, 0
while refused < 20:
    batch = [arrival(f"v{n % 90}", n, f"e{n}", category="x" * 200) for n in range(number, number + 20)]
    try:
        stored += store_them(store, batch).count(Outcome.STORED)
        number += 20
    except StoreFull as error:
        refused += 1
        said = str(error)
alive, answers = store.alive, len(store.timeline("v1"))
began = time.monotonic()
if limit:
    resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
else:
    (home / "ballast").unlink()
while True:
    try:
        stored += store_them(store, batch).count(Outcome.STORED)
        break
    except StoreFull:
        time.sleep(0.05)
seconds = time.monotonic() - began
store.close()
again = Store(home)
counted = sum(len(again.events(f"v{n}")) for n in range(90))
print(json.dumps([stored, counted, alive, answers, seconds, said]))
"""


def fill(home: Path, limit: int, within: float = PATIENCE) -> None:
    done = subprocess.run([sys.executable, "-c", FILLS, str(home), str(limit)], capture_output=True, check=False, text=True,
                          env={**os.environ, "PYTHONPATH": ":".join(sys.path)})  # fmt: skip
    assert done.returncode == 0, done.stderr
    stored, counted, alive, answers, seconds, said = json.loads(done.stdout)
    assert stored == counted > 100
    assert alive
    assert answers > 0
    assert "is full. Make room" in said
    assert seconds <= within


WITHIN = [pytest.param(PATIENCE, id="at all"), pytest.param(5.0, id="within 5 s", marks=pytest.mark.gate)]


@pytest.mark.parametrize("within", WITHIN)
@pytest.mark.parametrize("limit", [1 << 19, 3 << 20])
def test_d9_a_file_that_may_not_grow(tmp_path: Path, limit: int, within: float) -> None:
    fill(tmp_path, limit, within)


def test_d9_a_disk_of_twelve_megabytes(tmp_path: Path) -> None:
    with small_disk(tmp_path / "disk") as disk:
        (disk / "ballast").write_bytes(bytes(1 << 20))
        fill(disk, 0)


@contextmanager
def small_disk(path: Path) -> Iterator[Path]:
    """A file system of 12 MB in memory."""
    path.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=12m", "tmpfs", str(path)]
    try:
        done = subprocess.run(mount, capture_output=True, text=True, check=False)
    except FileNotFoundError:
        pytest.skip("D9 on a small disk needs `mount`, and there is none here")
    if done.returncode:
        pytest.skip(f"D9 on a small disk needs the right to mount one: {done.stderr.strip()}")
    try:
        yield path
    finally:
        subprocess.run(["umount", str(path)], check=True)
