"""Runs without a visitor: of a log, of a table, and of a training that was under way (P2)."""

from datetime import datetime
from pathlib import Path

import duckdb

from events.shops import shop_at, some_rows, write_log
from made_up_table import table_shop
from privacy.test_erase import hits
from service.conftest import quiet
from willbuy.events.ingest import ingest
from willbuy.pipeline import train
from willbuy.privacy.during_training import erased_meanwhile
from willbuy.privacy.erase import erase
from willbuy.runs import new_run
from willbuy.shop import Shop
from willbuy.tables import read_table
from willbuy.warehouse import open_warehouse

MOMENT = datetime(2026, 1, 2)


def rows(path: Path) -> int:
    return int(duckdb.sql(f"SELECT count(*) FROM read_parquet('{path}')").fetchall()[0][0])


def test_p2_of_a_table_predictions_and_refused_rows_go(tmp_path: Path) -> None:
    shop = table_shop(tmp_path, 'id = "session"\nrepeats = 1')
    train(shop, quiet)
    [path] = shop.home.glob("runs/*/predictions.parquet")
    name = duckdb.sql(f"SELECT entity FROM read_parquet('{path}') LIMIT 1").fetchall()[0][0]
    before = rows(path)
    (path.parent / "rejected.csv").write_text(
        f"file,line,rule,column,value\na,1,r,id,{name}\na,2,r,id,{name}1\n"
    )
    assert hits(shop.home, f"'{name}'") != []
    assert erase(shop, name, MOMENT, "tester").predictions == before - rows(path) > 0
    assert hits(shop.home, f"'{name}'") == []
    assert (path.parent / "rejected.csv").read_text() == f"file,line,rule,column,value\na,2,r,id,{name}1\n"


def test_p2_of_a_table_the_next_model_is_trained_without_them(tmp_path: Path) -> None:
    shop = table_shop(tmp_path, 'id = "session"\nrepeats = 1')
    before = read_table(shop)
    name = str(before.frame["entity"][7])
    erase(shop, name, MOMENT, "tester")
    after = read_table(shop)
    assert after.frame["entity"].tolist() == [one for one in before.frame["entity"] if one != name]
    assert after.counts == {"read": 600, "accepted": 599, "rejected": 1}
    assert after.rejected[["line", "rule", "column", "value"]].to_numpy().tolist() == [
        [9, "erased", "session", None]
    ]
    train(shop, quiet)
    assert hits(shop.home, name) == []


def write_run(shop: Shop) -> Path:
    """A run as a training leaves it, of everyone in silver."""
    run = new_run(shop.home)
    with open_warehouse(shop) as warehouse:
        for name, columns in (
            ("snapshots/anchor-1/part", "entity_key, 1 AS label"),
            ("predictions", "entity, 0.5 AS p"),
        ):
            (run / name).parent.mkdir(parents=True, exist_ok=True)
            warehouse.execute(
                f"COPY (SELECT {columns} FROM entities) TO '{run / name}.parquet' (FORMAT parquet)"
            )
    return run


def test_p2_a_training_that_was_under_way_keeps_nobody_who_was_erased(tmp_path: Path) -> None:
    write_log(tmp_path / "a.csv", [*some_rows(500, people=30), "canary,2024-03-01 10:00:00,view,a,1,1"])
    shop = shop_at(tmp_path, files=["a.csv"])
    ingest(shop)
    older = write_run(shop)
    with erased_meanwhile(shop):
        run = write_run(shop)
        assert rows(run / "predictions.parquet") == 31
        kept = (run / "predictions.parquet").read_bytes()
        snapshots = (run / "snapshots" / "anchor-1" / "part.parquet").read_bytes()
        erased = erase(shop, "canary", MOMENT, "tester")
        assert (erased.snapshots, erased.predictions) == (2, 2)
        (run / "predictions.parquet").write_bytes(kept)  # the training goes on, and writes what it had read
        (run / "snapshots" / "anchor-1" / "part.parquet").write_bytes(snapshots)
    assert hits(shop.home, "canary") == []
    for folder in (older, run):
        assert (
            rows(folder / "predictions.parquet")
            == rows(folder / "snapshots" / "anchor-1" / "part.parquet")
            == 30
        )
