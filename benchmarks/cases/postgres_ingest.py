"""Ingest into PostgreSQL: a CSV file to bronze, checked, deduplicated silver on the server; beside pandas and a bare COPY with the merge."""

import statistics
import tempfile
from pathlib import Path

from benchmarks.house import postgres, shops
from benchmarks.house.claims import Claim, ratio
from benchmarks.house.data import FULL, Log, ensure
from benchmarks.house.measure import Measured, Side, alternate, ask
from benchmarks.house.outcome import Outcome, agree
from benchmarks.house.say import Say

LOG = FULL
REPEATS = 3
RIVALS = f"{postgres.SCHEMA}_pandas"


def run(log: Log, repeats: int, say: Say) -> Outcome:
    """Measure the ways on one log."""
    ensure(log)
    plain = shops.shop_file(log)
    with tempfile.TemporaryDirectory(dir=plain.parent) as name, postgres.server(plain.parent) as url:
        shop = _shop(Path(name), plain, url)
        sides = [
            Side(
                "willbuy ingest",
                "willbuy",
                ("ingest", "--shop", str(shop), "--json"),
                prepare=lambda: postgres.empty(url, postgres.SCHEMA),
            ),
            Side(
                "pandas chunks and to_sql",
                "benchmarks.rivals.pandas_postgres",
                (str(log.csv), url, RIVALS),
                prepare=lambda: postgres.empty(url, RIVALS),
            ),
            Side(
                "bare COPY and the merge's SQL",
                "benchmarks.rivals.postgres_copy",
                (str(log.csv), str(shop)),
                prepare=lambda: postgres.empty(url, postgres.SCHEMA),
            ),
        ]
        ours, pandas, bare = alternate(sides, repeats, say)
        agreed = agree(
            {
                "ours": ask("benchmarks.house.postgres_agree", "ours", url, postgres.SCHEMA),
                "pandas": ask("benchmarks.house.postgres_agree", "pandas", url, RIVALS),
            }
        )
    return Outcome(
        name="postgres_ingest",
        title="Ingest into PostgreSQL: a CSV file to bronze and silver on the server",
        log=log,
        agreed=agreed,
        sides=[ours, pandas, bare],
        claims=[
            ratio("rows/s, ours / pandas", "wall", (pandas, ours), "at least", 8),
            _over_bare(ours, bare),
        ],
    )


def _over_bare(ours: Measured, bare: Measured) -> Claim:
    """Our whole process over the two stages alone: its start-up counts, what the other side stages beforehand does not."""
    stages = sorted(sample.printed["stages"]["copy and merge"]["wall"] for sample in bare.samples)
    walls = ours.of("wall")
    return Claim(
        "wall, ours / bare COPY and the merge's SQL",
        ours.median("wall") / statistics.median(stages),
        (walls[0] / stages[-1], walls[-1] / stages[0]),
        "at most",
        1.5,
    )


def _shop(folder: Path, plain: Path, url: str) -> Path:
    path = folder / "shop.toml"
    storage = f'\n[storage]\nengine = "postgres"\nurl = "{url}"\nschema = "{postgres.SCHEMA}"\n'
    path.write_text(plain.read_text(encoding="utf-8") + storage, encoding="utf-8")
    return path
