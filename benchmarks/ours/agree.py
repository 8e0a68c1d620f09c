"""What our side computed, in the form in which sides are compared.

Usage: python -m benchmarks.ours.agree log SHOP_TOML
       python -m benchmarks.ours.agree features SHOP_TOML SNAPSHOTS_FOLDER
"""

import json
import sys
from pathlib import Path

from benchmarks.house import agree
from willbuy.shop import load_shop
from willbuy.warehouse import open_warehouse


def log(shop_file: Path) -> dict[str, object]:
    """Silver, with its text ids."""
    with open_warehouse(load_shop(shop_file)) as warehouse:
        relation = (
            '(SELECT epoch_ms("time") AS "time", "entity", "kind", "item" FROM "events" '
            'JOIN "entities" USING ("entity_key") JOIN "items" USING ("item_key"))'
        )
        return agree.log(relation, warehouse.connection)


def features(shop_file: Path, folder: Path) -> dict[str, object]:
    """Snapshots, with their text ids."""
    with open_warehouse(load_shop(shop_file)) as warehouse:
        relation = (
            f"(SELECT * FROM read_parquet('{folder}/**/*.parquet', hive_partitioning = false) "
            'JOIN "entities" USING ("entity_key"))'
        )
        return agree.features(relation, warehouse.connection)


if __name__ == "__main__":
    answer = {"log": log, "features": features}[sys.argv[1]](*map(Path, sys.argv[2:]))  # type: ignore[operator]
    print(json.dumps(answer))
