"""What init sees is what ingest keeps: the same kinds, counts, entities and span, by the shop file that init wrote."""

import json
from pathlib import Path
from typing import Any

import duckdb
import pytest

from events.look.logs import csv_log, iso
from willbuy.events.ingest import ingest
from willbuy.events.look import init
from willbuy.shop import load_shop
from willbuy.warehouse import open_warehouse


def compare(folder: Path, files: list[Path], **said: Any) -> dict[str, int]:
    """Run both; return what ingest refused, by rule."""
    sight = init(files, shop_path=folder / "shop.toml", **said)
    shop = load_shop(folder / "shop.toml")
    result = ingest(shop).to_json()
    with open_warehouse(shop) as warehouse:
        kinds = warehouse.rows("SELECT kind_name, kind, count(*) FROM events GROUP BY ALL ORDER BY 3 DESC, 1")
        [(first, last, entities)] = warehouse.rows(
            'SELECT min("time"), max("time"), count(DISTINCT entity_key) FROM events'
        )
    assert kinds == [(seen.name, seen.kind, seen.events) for seen in sight.kinds]
    assert (first, last, entities) == (sight.first, sight.last, sight.entities)
    assert result["read"] == sight.rows + sight.unreadable
    return dict(result["rejected_by_rule"])


DIRTY = """v1,2024-03-02 08:00:00,view
,2024-03-02 08:00:00,view,i1,1.00
v1,soon,view,i1,1.00
v1,1971-01-01 00:00:00,view,i1,1.00
v1,,view,i1,1.00
v1,2024-03-02 08:00:00,,i1,1.00
"""


def test_a_log_with_dirt(tmp_path: Path) -> None:
    (tmp_path / "log.csv").write_text(csv_log() + DIRTY, encoding="utf-8")
    assert compare(tmp_path, [tmp_path / "log.csv"], zone="Europe/Berlin") == {
        "columns": 1, "entity_missing": 1, "time_unreadable": 1, "time_out_of_range": 1, "time_missing": 1, "kind_missing": 1,
    }  # fmt: skip


@pytest.mark.parametrize(
    "write",
    [
        lambda m: str(int(m.timestamp())),
        lambda m: f"{m.timestamp():.2f}",
        lambda m: str(int(m.timestamp() * 1000)),
        lambda m: str(int(m.timestamp() * 1_000_000)),
        lambda m: m.isoformat(),
        lambda m: m.strftime("%Y-%m-%dT%H:%M:%S.5Z"),
        lambda m: m.strftime("%Y-%m-%d %H:%M:%S UTC"),
        lambda m: m.isoformat() if m.day % 2 else iso(m),
        lambda m: m.strftime("%d.%m.%Y %H:%M"),
        lambda m: m.strftime("%m/%d/%Y %I:%M %p"),
        lambda m: m.strftime("%d/%b/%Y:%H:%M:%S +0530"),
        lambda m: m.strftime("%Y%m%d"),
    ],
)
def test_times_of_every_kind(tmp_path: Path, write: Any) -> None:
    (tmp_path / "log.csv").write_text(csv_log(write, days=15), encoding="utf-8")
    assert compare(tmp_path, [tmp_path / "log.csv"], zone="America/New_York") == {}


@pytest.mark.parametrize(
    ("text", "written"),
    [
        (csv_log(days=15, delimiter=";").replace("19.90", "19,90"), "cp1252"),
        (csv_log(days=15, delimiter="\t"), "utf-16"),
        (csv_log(days=15).replace("v3,", '"v,3",'), "utf-8-sig"),
        (csv_log(days=15).replace("\n", "\r\n"), "utf-8"),
    ],
)
def test_files_of_every_shape(tmp_path: Path, text: str, written: str) -> None:
    (tmp_path / "log.csv").write_bytes(text.encode(written))
    encoding = written if written == "cp1252" else None
    assert compare(tmp_path, [tmp_path / "log.csv"], zone="UTC", encoding=encoding) == {}


@pytest.mark.parametrize("name", ["rees46_sample/2019-Oct.csv", "taobao_sample/UserBehavior.csv"])
def test_real_logs(shared_data: Path, tmp_path: Path, name: str) -> None:
    assert compare(tmp_path, [shared_data / name]) == {}


@pytest.mark.gate
def test_online_retail_whose_customers_went_through_a_float(shared_data: Path, tmp_path: Path) -> None:
    path = shared_data / "online_retail" / "online_retail.parquet"
    assert compare(tmp_path, [path]) == {"entity_missing": 135_080}
    with open_warehouse(load_shop(tmp_path / "shop.toml")) as warehouse:
        assert warehouse.rows(
            "SELECT count(*) FROM entities WHERE NOT regexp_full_match(entity, '[0-9]{5}')"
        ) == [(0,)]


@pytest.mark.parametrize("types", ["text", "native"])
def test_parquet(tmp_path: Path, types: str) -> None:
    (tmp_path / "log.csv").write_text(csv_log(days=15), encoding="utf-8")
    native = "CAST(substr(visitor_id, 2) AS DOUBLE) AS visitor_id, CAST(timestamp AS TIMESTAMP) AS timestamp, event, item_id"
    with duckdb.connect() as connection:
        connection.execute(
            f"COPY (SELECT {'*' if types == 'text' else native} FROM read_csv('{tmp_path / 'log.csv'}', all_varchar=true)) "
            f"TO '{tmp_path / 'log.parquet'}'"
        )
    assert compare(tmp_path, [tmp_path / "log.parquet"], zone="Europe/London") == {}


def test_json_lines(tmp_path: Path) -> None:
    names = ("visitor_id", "timestamp", "event", "item_id", "price")
    rows = [
        dict(zip(names, line.split(","), strict=True)) for line in csv_log(header="", days=15).splitlines()
    ]
    (tmp_path / "log.jsonl").write_text("\n".join(map(json.dumps, rows)) + "\n", encoding="utf-8")
    assert compare(tmp_path, [tmp_path / "log.jsonl"], zone="Europe/London") == {}
