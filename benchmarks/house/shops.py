"""The shop that our side works on: the benchmark's log, and exactly the fourteen features."""

import json
import shutil
from pathlib import Path

from benchmarks.house import fourteen
from benchmarks.house.data import FOLDER, Log
from benchmarks.house.measure import ask


def shop_file(log: Log) -> Path:
    """Write the log's shop file; return its path."""
    folder = FOLDER / f"shop-{log.name}"
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "shop.toml"
    path.write_text(_toml(log), encoding="utf-8")
    return path


def empty(shop: Path) -> None:
    """Remove the shop's state."""
    shutil.rmtree(shop.parent / ".willbuy", ignore_errors=True)


def ingested(log: Log) -> Path:
    """The shop with its log ingested: nothing is left to do where this willbuy has done it before."""
    shop = shop_file(log)
    if not (shop.parent / ".willbuy" / "silver").exists():
        empty(shop)
    ask("willbuy", "ingest", "--shop", str(shop), "--json")  # silver of an older layout is made anew
    return shop


def remove(log: Log) -> None:
    """Delete the shop and its state."""
    shutil.rmtree(shop_file(log).parent)


def _toml(log: Log) -> str:
    added = [_count([kind], days) for days in fourteen.COUNT_DAYS for kind in fourteen.KINDS]
    added += [
        f'{{ feature = "distinct", kinds = ["view"], window = "{days}d" }}' for days in fourteen.DISTINCT_DAYS
    ]
    added += [
        _count([], 30),
        '{ feature = "days_since_last", window = "30d" }',
        f'{{ feature = "ratio", top = {_count(["cart"], 7)}, bottom = {_count(["view"], 7)} }}',
    ]
    lines = ",\n  ".join(added)
    return f"""[source]
files = [{json.dumps(str(log.csv))}]
preset = "retailrocket"

[target]
within = "{fourteen.HORIZON_DAYS}d"

[population]
active_within = "{fourteen.POPULATION_DAYS}d"

[features]
catalogue = "none"
add = [
  {lines},
]
"""


def _count(kinds: list[str], days: int) -> str:
    return f'{{ feature = "count", kinds = {json.dumps(kinds)}, window = "{days}d" }}'
