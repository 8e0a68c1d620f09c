"""A shop on Spark from its file to its scores, beside the same shop on DuckDB: the same bundle, the same bytes."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from willbuy.events.ingest import ingest
from willbuy.events.simulate import simulate
from willbuy.pipeline import train
from willbuy.runs import complete_run, read_result
from willbuy.scoring import score_shop
from willbuy.shop import Shop, load_shop

ROOT = Path(__file__).resolve().parents[2]
SHOP = """
[source]
files = ["events.csv"]
preset = "retailrocket"
[target]
within = "7d"
[population]
active_within = "30d"
[anchors]
last = 6
[train]
candidates = ["logistic"]
trials = 0
[storage]
engine = "{engine}"
home = "{engine}"
master = "local[2]"
[storage.spark]
"spark.sql.shuffle.partitions" = 2
"""


@pytest.fixture(scope="module")
def shops(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Shop]:
    """The same made-up log, ingested on both engines."""
    folder = tmp_path_factory.mktemp("shops")
    simulate(folder / "events.csv", visitors=1500, seed=3, preset="dense")
    found = {}
    for engine in ("duckdb", "spark"):
        path = folder / f"{engine}.toml"
        path.write_text(SHOP.format(engine=engine), encoding="utf-8")
        shop = load_shop(path)
        assert isinstance(shop, Shop)
        ingest(shop, [str(folder / "events.csv")])
        found[engine] = shop
    return found


@pytest.mark.gate
@pytest.mark.usefixtures("spark_session")
def test_the_same_bundle_and_scores(shops: dict[str, Shop], tmp_path: Path) -> None:
    """Trained on either engine's snapshots the bundle has one hash; scored by Spark's workers the file has the same bytes."""
    bundles, scores = {}, {}
    for engine, shop in shops.items():
        train(shop, lambda said: None)
        bundles[engine] = read_result(complete_run(shop.home, None))["bundle"]
        score_shop(shop, tmp_path / f"{engine}.csv")
        scores[engine] = (tmp_path / f"{engine}.csv").read_bytes()
    assert bundles["spark"] == bundles["duckdb"]
    assert scores["spark"] == scores["duckdb"]
    output = tmp_path / "submitted.csv"
    submit = Path(sys.executable).with_name("spark-submit")
    local = ["--conf", "spark.driver.host=127.0.0.1", "--conf", "spark.driver.bindAddress=127.0.0.1"]
    job = [
        str(ROOT / "scripts" / "spark_job.py"),
        "score",
        "--shop",
        str(shops["spark"].folder / "spark.toml"),
    ]
    env = {**os.environ, "PYSPARK_PYTHON": sys.executable, "PYTHONPATH": str(ROOT / "src")}
    subprocess.run(
        [str(submit), "--master", "local[2]", *local, *job, "--output", str(output)],
        check=True,
        env=env,
        capture_output=True,
        timeout=900,
    )
    assert output.read_bytes() == scores["duckdb"]
