"""D9: a disk that fills up is one clear line; nothing is half-written, and the next run goes on."""

import resource
import subprocess
import sys
from pathlib import Path

import pytest

from events.shops import events, shop_at, some_rows, write_log
from willbuy.events.ingest import ingest

ROOT = Path(__file__).resolve().parents[2]
CHILD = """
import resource, sys
from pathlib import Path
from events.shops import shop_at
from willbuy.errors import WillbuyError
from willbuy.events.ingest import ingest
limit = int(sys.argv[2])
resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
try:
    ingest(shop_at(Path(sys.argv[1]), files=["log.csv"]))
except WillbuyError as error:
    print(f"refused: {error}")
"""


@pytest.mark.skipif(
    not hasattr(resource, "RLIMIT_FSIZE"), reason="this system cannot limit the size of a file"
)
@pytest.mark.parametrize("limit", [20_000, 70_000, 200_000, 400_000])
def test_no_file_may_grow_beyond_a_limit(tmp_path: Path, limit: int) -> None:
    write_log(tmp_path / "log.csv", some_rows(45_000, people=3000))
    shop = shop_at(tmp_path, files=["log.csv"])
    env = {"PYTHONPATH": f"{ROOT / 'src'}:{ROOT / 'tests'}", "PATH": "/usr/bin:/bin"}
    command = [sys.executable, "-c", CHILD, str(tmp_path), str(limit)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, env=env, check=False)
    assert done.returncode == 0, done.stderr
    assert "is full" in done.stdout, done.stdout + done.stderr
    assert list(shop.home.rglob("*.partial")) == []
    assert not (shop.home / "silver").exists() or not list((shop.home / "silver").rglob("generation-00002"))
    result = ingest(shop)
    assert (result.read, result.accepted) == (45_000, 45_000)
    assert len(events(shop)) == 45_000
