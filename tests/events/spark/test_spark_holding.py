"""Parts that are held on Spark and merged at once: the tables that DuckDB gives, and no need of their files."""

from pathlib import Path

import pytest

from events.shops import shop_at, some_rows, write_log
from events.spark.pictures import picture
from events.spark.shops import on_spark
from willbuy.errors import WillbuyError
from willbuy.events.copying import copy_log
from willbuy.events.ingest import ingest
from willbuy.warehouse import open_warehouse

pytestmark = pytest.mark.usefixtures("spark_session")


def test_held_parts_are_merged_at_once_as_declared_then(tmp_path: Path) -> None:
    rows = some_rows(1500, people=90)
    parts = {"a.csv": ["broken", *rows[:600]], "b.csv": rows[500:1000], "c.csv": rows[900:]}
    first = {"files": ["c.csv"], "kinds": {"view": ["view"], "purchase": ["buy"]}}
    said = []
    for made in (shop_at, on_spark):
        shop = made(tmp_path, **first)
        for name in ("a.csv", "b.csv"):
            write_log(tmp_path / name, parts[name])
            held = ingest(shop, [str(tmp_path / name)], hold=True)
            assert held.held == held.read - held.rejected > 380
            assert ingest(shop, [str(tmp_path / name)], hold=True).files[0].skipped
            (tmp_path / name).unlink()
        with pytest.raises(WillbuyError, match=r"no ingest .* was finished"):
            open_warehouse(shop)
        with pytest.raises(WillbuyError, match=r"nothing to copy|held and not merged"):
            copy_log(shop, shop.model_copy(update={"storage": shop.storage.model_copy(update={"home": "x"})}))
        write_log(tmp_path / "c.csv", parts["c.csv"])
        last = made(tmp_path, files=["c.csv"])  # what is declared has changed: carts are known now
        said.append(ingest(last).to_json() | {"seconds": 0})
    assert said[0] == said[1]
    assert picture(shop_at(tmp_path)) == picture(on_spark(tmp_path))
