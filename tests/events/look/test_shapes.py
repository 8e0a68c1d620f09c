"""Logs of every shape through `willbuy init`: formats, encodings, delimiters, presets, wild headers, several files."""

import gzip
import hashlib
import json
from pathlib import Path
from typing import Any

import duckdb
import pytest
import zstandard

from events.look.logs import begin, csv_log, events, put, refusal
from willbuy.errors import SourceError
from willbuy.events.look import init
from willbuy.shop import load_shop


def test_header_only_and_no_header(tmp_path: Path) -> None:
    assert refusal(tmp_path, "visitor_id,timestamp,event\n", zone="UTC") == (
        "log.csv has a header line and nothing below it. Expected events, one a line."
    )
    message = refusal(tmp_path, csv_log(header=""), zone="UTC")
    assert message.startswith("log.csv: the first line is no header: its")
    assert "--header" in message
    _, shop = begin(
        tmp_path, csv_log(header=""), zone="UTC", header=["user", "time", "event", "item", "price"]
    )
    assert shop.source.header == ("user", "time", "event", "item", "price")
    assert shop.source.columns["entity"] == "user"


def test_lines_of_another_width_are_counted(tmp_path: Path) -> None:
    text = csv_log() + "v1,2024-03-02 08:00:00,view\n" + "a,b,c,d,e,f,g\n"
    sight, _ = begin(tmp_path, text, zone="UTC")
    assert sight.unreadable == 2
    assert any(note.startswith("2 lines could not be read") for note in sight.notes)


def test_a_header_of_quotes_and_sql_is_only_a_name(tmp_path: Path) -> None:
    wild = ['x"; DROP TABLE looked; --', "y'); SELECT 1; --", "{name}", "naïve\nname", "[bold]z[/bold]"]
    quoted = ",".join('"' + name.replace('"', '""') + '"' for name in wild)
    sight, shop = begin(
        tmp_path,
        csv_log(header=quoted),
        zone="UTC",
        columns=dict(zip(("entity", "time", "kind", "item", "price"), wild, strict=True)),
    )
    assert shop.source.columns == dict(zip(("entity", "time", "kind", "item", "price"), wild, strict=True))
    assert sight.entities == 20


def test_kinds_of_quotes_and_sql_are_only_names(tmp_path: Path) -> None:
    wild = "it's \"; DROP TABLE looked; --"
    text = csv_log().replace(",order,", ',"' + wild.replace('"', '""') + '",')
    sight, shop = begin(tmp_path, text, zone="UTC", kinds={"purchase": [wild]})
    assert shop.source.kinds["purchase"] == (wild,)
    assert sight.purchases == 56


def test_two_thousand_columns(tmp_path: Path) -> None:
    more = ",".join(f"f{i}" for i in range(2_000))
    lines = [line + "," + ",".join(["0"] * 2_000) for line in csv_log(header="").splitlines()]
    sight, _ = begin(tmp_path, "\n".join([csv_log().splitlines()[0] + "," + more, *lines]) + "\n", zone="UTC")
    assert (len(sight.header), sight.rows) == (2_005, 856)
    assert "and 1980 more" in (tmp_path / "shop.toml").read_text(encoding="utf-8")


def test_a_column_that_is_there_twice(tmp_path: Path) -> None:
    message = refusal(tmp_path, csv_log(header="visitor_id,timestamp,event,visitor_id,price"), zone="UTC")
    assert (
        message == "log.csv: 2 columns are called 'visitor_id' (source.columns.entity). Rename all but one."
    )


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-32"])
def test_encodings(tmp_path: Path, encoding: str) -> None:
    sight, shop = begin(tmp_path, csv_log().replace("v3,", "vä3,"), written=encoding, zone="UTC")
    assert sight.rows == 856
    assert shop.source.encoding == {"utf-8-sig": None}.get(encoding, encoding)


def test_a_declared_encoding_stands_in_the_shop_file(tmp_path: Path) -> None:
    text = csv_log().replace("v3,", "vä3,")
    sight, shop = begin(tmp_path, text, written="cp1252", encoding="cp1252", zone="UTC")
    assert (shop.source.encoding, sight.entities) == ("cp1252", 20)


@pytest.mark.parametrize("delimiter", [";", "\t", "|"])
def test_the_delimiter_stands_in_the_shop_file(tmp_path: Path, delimiter: str) -> None:
    assert begin(tmp_path, csv_log(delimiter=delimiter), zone="UTC")[1].source.delimiter == delimiter


def test_decimal_commas(tmp_path: Path) -> None:
    _, shop = begin(tmp_path, csv_log(delimiter=";").replace("19.90", "19,90"), zone="UTC")
    assert (shop.source.decimal, shop.source.currency_digits) == (",", 2)


def test_prices_with_more_digits(tmp_path: Path) -> None:
    assert begin(tmp_path, csv_log().replace("19.90", "19.905"), zone="UTC")[1].source.currency_digits == 3
    assert (
        begin(tmp_path, csv_log().replace("19.90", "19.9000000"), zone="UTC")[1].source.currency_digits == 2
    )


def test_gz_and_zst(tmp_path: Path) -> None:
    for name, packed in (
        ("a.csv.gz", gzip.compress(csv_log().encode(), mtime=0)),
        ("b.csv.zst", zstandard.compress(csv_log().encode())),
    ):
        (tmp_path / name).write_bytes(packed)
        sight = init([tmp_path / name], shop_path=tmp_path / "shop.toml", force=True, zone="UTC")
        assert (sight.rows, sight.sample) == (856, None)


def test_json_lines(tmp_path: Path) -> None:
    names = ("visitor_id", "timestamp", "event", "item_id", "price")
    rows = [dict(zip(names, line.split(","), strict=True)) for line in csv_log(header="").splitlines()]
    path = put(tmp_path, "\n".join(map(json.dumps, rows)), "log.jsonl")
    sight = init([path], shop_path=tmp_path / "shop.toml", zone="UTC")
    assert (sight.rows, sight.purchases, load_shop(tmp_path / "shop.toml").source.format) == (
        856,
        56,
        "jsonl",
    )


def test_parquet_with_native_types(tmp_path: Path) -> None:
    put(tmp_path, csv_log())
    path = tmp_path / "log.parquet"
    with duckdb.connect() as connection:
        connection.execute(
            f"COPY (SELECT CAST(replace(visitor_id, 'v', '') AS DOUBLE) AS visitor_id, CAST(timestamp AS TIMESTAMP) "
            f"AS timestamp, event, item_id, price::DOUBLE AS price FROM read_csv('{tmp_path / 'log.csv'}')) TO '{path}'"
        )
    with pytest.raises(SourceError, match="carry no zone"):
        init([path], shop_path=tmp_path / "shop.toml")
    sight = init([path], shop_path=tmp_path / "shop.toml", zone="Europe/London")
    shop = load_shop(tmp_path / "shop.toml")
    assert (shop.source.time.unit, shop.source.time.zone) == (None, "Europe/London")
    assert shop.source.drop_suffix == {"entity": ".0"}
    assert (sight.rows, sight.purchases) == (856, 56)


def test_cdnow_as_published(tmp_path: Path) -> None:
    lines = [
        f" {customer:05d} 1997{1 + week // 4:02d}{1 + customer % 28:02d}  {1 + customer % 3}  {11.77 + week:6.2f}"
        for customer in range(1, 200)
        for week in range(0, 36, 1 + customer % 9)
    ]
    sight, shop = begin(tmp_path, "\n".join(lines) + "\n")
    assert sight.preset is not None
    assert (sight.preset.value, shop.source.delimiter, sight.rows) == ("cdnow", "spaces", len(lines))
    assert (sight.entities, shop.shop.zone, shop.features.catalogue) == (199, "UTC", "purchases")


def test_retail_rocket_is_recognised(tmp_path: Path) -> None:
    names = {"view": "view", "order": "transaction"}
    lines = [f"{int(m.timestamp() * 1000)},{who},{names[kind]},{item}," for who, m, kind, item, _ in events()]
    sight, shop = begin(
        tmp_path, "\n".join(["timestamp,visitorid,event,itemid,transactionid", *lines]) + "\n"
    )
    assert (shop.source.preset, str(shop.target.within), sight.time_unit.value) == (
        "retailrocket",
        "7d",
        "ms since 1970",
    )


def test_several_files_must_be_alike(tmp_path: Path) -> None:
    put(tmp_path, csv_log(), "a.csv")
    put(tmp_path, csv_log(header="visitor_id,timestamp,event,sku,price"), "b.csv")
    put(tmp_path, csv_log(delimiter=";"), "c.csv")
    with pytest.raises(SourceError, match=r"b\.csv has another header line than .*a\.csv"):
        init([tmp_path / "a.csv", tmp_path / "b.csv"], shop_path=tmp_path / "shop.toml", zone="UTC")
    with pytest.raises(SourceError, match=r"c\.csv has delimiter ';'"):
        init([tmp_path / "a.csv", tmp_path / "c.csv"], shop_path=tmp_path / "shop.toml", zone="UTC")
    with pytest.raises(SourceError, match="no file matches"):
        init([tmp_path / "*.parquet"], shop_path=tmp_path / "shop.toml")
    with pytest.raises(SourceError, match=r"no file at .*aa\.csv.*Did you mean 'a\.csv'\?"):
        init([tmp_path / "aa.csv"], shop_path=tmp_path / "shop.toml")
    assert not (tmp_path / "shop.toml").exists()


def test_a_glob_stays_one_and_files_are_seen_from_the_shop_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "logs").mkdir()
    for name in ("a.csv", "b.csv"):
        put(tmp_path / "logs", csv_log(), name)
    monkeypatch.chdir(tmp_path / "logs")
    sight = init("*.csv", shop_path=tmp_path / "shop.toml", zone="UTC")
    assert [path.name for path in sight.files] == ["a.csv", "b.csv"]
    assert load_shop(tmp_path / "shop.toml").source.files == ("logs/*.csv",)


def test_a_file_whose_name_looks_like_a_glob(tmp_path: Path) -> None:
    path = put(tmp_path, csv_log(), "log[1].csv")
    assert init(path, shop_path=tmp_path / "shop.toml", zone="UTC").rows == 856
    assert load_shop(tmp_path / "shop.toml").source.files == ("log[1].csv",)


@pytest.mark.parametrize(("suffix", "pack"), [("gz", gzip.compress), ("zst", zstandard.compress)])
def test_a_compressed_file_that_is_cut_short(tmp_path: Path, suffix: str, pack: Any) -> None:
    noise = "".join(f"v{i},2024-03-01 08:00:00,view,i{hash_of(i)},1.00\n" for i in range(60_000))
    whole = pack((csv_log() + noise).encode())
    path = tmp_path / f"log.csv.{suffix}"
    path.write_bytes(whole[: len(whole) - 1000])
    with pytest.raises(SourceError, match=r"cut or damaged|cannot be read"):
        init(path, shop_path=tmp_path / "shop.toml", zone="UTC")
    assert not (tmp_path / "shop.toml").exists()


def hash_of(number: int) -> str:
    return hashlib.sha256(str(number).encode()).hexdigest()


def test_a_preset_with_a_column_of_another_name(tmp_path: Path) -> None:
    lines = [f"{int(m.timestamp() * 1000)},{who},{kind},{item}," for who, m, kind, item, _ in events()]
    text = "\n".join(["timestamp,cookie,event,itemid,transactionid", *lines]).replace(
        ",order,", ",transaction,"
    )
    sight, shop = begin(tmp_path, text, preset="retailrocket", columns={"entity": "cookie"})
    assert (shop.source.preset, shop.source.columns, sight.entities) == (
        "retailrocket",
        {"entity": "cookie"},
        20,
    )


def test_names_that_a_preset_does_not_know_are_mapped_beside_it(tmp_path: Path) -> None:
    names = {"view": "view", "order": "transaction"}
    lines = [f"{int(m.timestamp() * 1000)},{who},{names[kind]},{item}," for who, m, kind, item, _ in events()]
    lines[7] = lines[7].replace("view", "wishlist")
    lines[9] = lines[9].replace("view", "zapp")
    text = "\n".join(["timestamp,visitorid,event,itemid,transactionid", *lines]) + "\n"
    assert "'zapp' (1)" in refusal(tmp_path, text)
    sight, shop = begin(tmp_path, text, kinds={"other": ["zapp"]})
    assert shop.source.kinds == {"favourite": ("wishlist",), "other": ("zapp",)}
    assert {seen.name: seen.kind for seen in sight.kinds} == {
        "view": "view", "transaction": "purchase", "wishlist": "favourite", "zapp": "other",
    }  # fmt: skip
