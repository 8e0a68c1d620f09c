"""D7 on Spark: killed at any point and run again, an ingest gives the tables of an unbroken one."""

import json
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from events.shops import SOURCE, shop_at, some_rows, write_log
from events.spark.pictures import picture
from events.spark.shops import on_spark
from willbuy.errors import WillbuyError
from willbuy.events.ingest import ingest
from willbuy.warehouse import open_warehouse
from willbuy.warehouse.ledger import Ledger
from willbuy.warehouse.spark.tables import layout_of

ROOT = Path(__file__).resolve().parents[3]
DYING = """
import json, os, signal, sys
from pathlib import Path
from willbuy.events.ingest import ingest
from willbuy.shop import Shop

folder, point = Path(sys.argv[1]), int(sys.argv[2])
told = []

def tell(done, total, stage):
    told.append(stage)
    if stage == "merging" and told.count(stage) == point:
        os.kill(os.getpid(), signal.SIGKILL)

ingest(Shop.model_validate({**json.loads((folder / "shop.json").read_text()), "folder": folder}), None, tell)
"""


@pytest.mark.gate
@pytest.mark.usefixtures("spark_session")
@pytest.mark.parametrize("point", [1, 3, 5, 6])
def test_killed_and_resumed(point: int, tmp_path: Path) -> None:
    log = write_log(tmp_path / "log.csv", ["broken", *some_rows(3000, people=500)])
    shop = on_spark(tmp_path / "shop", files=[str(log)])
    shop.folder.mkdir()
    storage = {"engine": "spark", "master": "local[2]", "memory": "1GB"}
    content = {"source": {**SOURCE, "files": [str(log)]}, "target": {"within": "7d"}, "storage": storage}
    (shop.folder / "shop.json").write_text(json.dumps(content), encoding="utf-8")
    env = {"PYTHONPATH": str(ROOT / "src"), "PATH": "/usr/bin:/bin"}
    killed = subprocess.run(
        [sys.executable, "-c", DYING, str(shop.folder), str(point)], env=env, capture_output=True, check=False
    )
    assert killed.returncode == -signal.SIGKILL, killed.stderr
    with pytest.raises(WillbuyError, match="Run: willbuy ingest"):
        open_warehouse(shop)
    with Ledger(layout_of(shop.home).ledger, read_only=True) as ledger:
        assert [row.status for row in ledger.sources()] == ["staged"]
        assert ledger.files() == []
    plain = shop_at(tmp_path / "plain", files=[str(log)])
    assert ingest(shop).to_json() | {"seconds": 0} == ingest(plain).to_json() | {"seconds": 0}
    assert picture(shop) == picture(plain)
    assert ingest(shop).read == 0
    assert picture(shop) == picture(plain)
