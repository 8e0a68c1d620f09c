"""`willbuy init` on small and hostile logs: what it decides and why, what it refuses and what it says to do."""

import gzip
import json
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pytest

from events.look.logs import START, csv_log, events, iso
from willbuy.errors import NotEnoughData, ShopError, SourceError, WillbuyError
from willbuy.events import presets
from willbuy.events.look import Sight, init
from willbuy.shop import Shop, load_shop


def put(folder: Path, text: str, name: str = "log.csv", encoding: str = "utf-8") -> Path:
    path = folder / name
    path.write_text(text, encoding=encoding)
    return path


def begin(folder: Path, text: str, written: str = "utf-8", **said: Any) -> tuple[Sight, Shop]:
    """Look at a text, write the shop file, load it again. `written` is the encoding of the log."""
    path = put(folder, text, encoding=written)
    sight = init([path], shop_path=folder / "shop.toml", force=True, **said)
    shop = load_shop(folder / "shop.toml")
    assert presets.resolve(shop.source) == presets.resolve(
        sight.source.model_copy(update={"files": shop.source.files})
    )
    return sight, shop


def refusal(folder: Path, text: str, error: type[WillbuyError] = SourceError, **said: Any) -> str:
    """What init says to a text that it refuses: one line, and nothing is written."""
    path = put(folder, text)
    with pytest.raises(error) as raised:
        init([path], shop_path=folder / "shop.toml", **said)
    assert sorted(entry.name for entry in folder.iterdir()) == ["log.csv"]
    message = str(raised.value)
    assert "\n" not in message
    assert len(message) < 700
    return message.replace(f"{path}", "log.csv")


def test_a_log_of_ones_own(tmp_path: Path) -> None:
    sight, shop = begin(tmp_path, csv_log(), zone="Europe/Berlin")
    assert shop.source.columns == {
        "entity": "visitor_id", "time": "timestamp", "kind": "event", "item": "item_id", "price": "price",
    }  # fmt: skip
    assert shop.source.kinds == {"view": ("view",), "purchase": ("order",)}
    assert (shop.source.time.unit, shop.source.time.zone, shop.shop.zone) == (
        "text",
        "Europe/Berlin",
        "Europe/Berlin",
    )
    assert (shop.source.format, shop.source.currency_digits) == ("csv", 2)
    assert shop.source.files == ("log.csv",)
    assert str(shop.target.within) == "7d"
    assert sight.first == datetime(2024, 3, 1, 7, 0)  # eight in Berlin's winter
    assert sight.rate is not None
    bought = {
        who for who, moment, kind, *_ in events() if kind == "order" and moment >= START + timedelta(days=32)
    }
    assert (sight.rate.n, sight.rate.positives) == (20, len(bought))


@pytest.mark.parametrize(
    ("write", "unit", "form"),
    [
        (lambda m: str(int(m.timestamp())), "s", None),
        (lambda m: str(int(m.timestamp() * 1000)), "ms", None),
        (lambda m: str(int(m.timestamp() * 1_000_000)), "us", None),
        (lambda m: f"{m.timestamp():.3f}", "s", None),
        (lambda m: m.isoformat(), "text", None),
        (lambda m: m.strftime("%Y-%m-%dT%H:%M:%SZ"), "text", None),
        (lambda m: m.strftime("%Y-%m-%d %H:%M:%S UTC"), "text", None),
        (lambda m: m.strftime("%Y-%m-%d %H:%M:%S+0000"), "text", None),
        (lambda m: m.strftime("%d/%b/%Y:%H:%M:%S +0000"), "text", "%d/%b/%Y:%H:%M:%S %z"),
    ],
)
def test_times_that_prove_unit_and_zone(tmp_path: Path, write: Any, unit: str, form: str | None) -> None:
    sight, shop = begin(tmp_path, csv_log(write))
    assert (shop.source.time.unit, shop.source.time.format, shop.source.time.zone) == (unit, form, None)
    assert sight.first == START.replace(tzinfo=None)
    assert shop.shop.zone == "UTC"
    assert "NOT KNOWN" in (tmp_path / "shop.toml").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("form", "written"),
    [
        ("%Y%m%d", "%Y%m%d"),
        ("%Y%m%d%H%M%S", "%Y%m%d%H%M%S"),
        ("%d.%m.%Y %H:%M", "%d.%m.%Y %H:%M"),
        ("%d/%m/%Y %H:%M", "%d/%m/%Y %H:%M"),
        ("%m/%d/%Y %H:%M", "%m/%d/%Y %H:%M"),
        ("%m/%d/%Y %I:%M:%S %p", "%m/%d/%Y %I:%M:%S %p"),
        ("%Y-%m-%d", None),
        ("%Y-%m-%dT%H:%M", None),
    ],
)
def test_text_whose_format_is_proven_needs_only_a_zone(
    tmp_path: Path, form: str, written: str | None
) -> None:
    text = csv_log(lambda m: m.strftime(form))
    message = refusal(tmp_path, text)
    assert "carry no zone, such as '" in message
    assert "--zone Europe/London" in message
    _, shop = begin(tmp_path, text, zone="UTC")
    assert (shop.source.time.format, shop.source.time.zone) == (written, "UTC")


def test_days_and_months_that_cannot_be_told_apart(tmp_path: Path) -> None:
    text = csv_log(lambda m: m.strftime("%d/%m/%Y %H:%M"), days=12)
    text = "\n".join(line for line in text.splitlines() if not line.startswith("v1,")) + "\n"
    message = refusal(tmp_path, text, zone="UTC")
    assert "can be read in 2 ways (%d/%m/%Y %H:%M or %m/%d/%Y %H:%M): '01/03/2024" in message
    assert "--time-format '%d/%m/%Y %H:%M'" in message
    sight, shop = begin(tmp_path, text, zone="UTC", time_format="%d/%m/%Y %H:%M")
    assert shop.source.time.format == "%d/%m/%Y %H:%M"
    assert sight.last < datetime(2024, 3, 13)


def test_mixed_units_are_refused(tmp_path: Path) -> None:
    def write(moment: datetime) -> str:
        seconds = int(moment.timestamp())
        return str(seconds if moment.day % 9 else seconds * 1000)

    message = refusal(tmp_path, csv_log(write))
    assert message.startswith("column 'timestamp' mixes units of time: ")
    assert "are seconds and" in message and "are milliseconds" in message
    assert "mixes units" in refusal(tmp_path, csv_log(write), time_unit="s")


def test_a_wrong_unit_is_refused(tmp_path: Path) -> None:
    text = csv_log(lambda m: str(int(m.timestamp())))
    message = refusal(tmp_path, text, time_unit="ms")
    assert (
        "declared as milliseconds (source.time.unit), but its values are seconds, such as '17092" in message
    )
    assert 'source.time.unit = "s"' in message


def test_a_span_too_wide_to_prove_the_unit(tmp_path: Path) -> None:
    text = csv_log(lambda m: str(int(m.timestamp()))) + "v1,700000000,view,i1,1.00\n"
    assert "would span 32 years as seconds: too wide to prove the unit. Declare it: --time-unit s" in refusal(
        tmp_path, text
    )
    assert begin(tmp_path, text, time_unit="s")[1].source.time.unit == "s"


@pytest.mark.parametrize(
    "write", [lambda m: "soon", lambda m: str(m.day), lambda m: f"day {m.day}", lambda m: m.strftime("%H:%M")]
)
def test_what_is_no_time_is_refused(tmp_path: Path, write: Any) -> None:
    assert "--column time=NAME" in refusal(tmp_path, csv_log(write), zone="UTC")


def test_a_few_broken_times_are_counted(tmp_path: Path) -> None:
    lines = csv_log().splitlines()
    lines[5] = lines[5].replace(lines[5].split(",")[1], "broken")
    sight, _ = begin(tmp_path, "\n".join(lines) + "\n", zone="UTC")
    assert sight.without_time == 1
    assert any("1 of 860 rows" in note or "have no time" in note for note in sight.notes)


def test_some_with_an_offset_and_some_without_need_a_zone(tmp_path: Path) -> None:
    text = csv_log(lambda m: m.isoformat() if m.day % 2 else iso(m))
    assert "carry no zone" in refusal(tmp_path, text)
    sight, _ = begin(tmp_path, text, zone="Asia/Tokyo")
    assert sight.first == START.replace(tzinfo=None)  # an offset is read by itself
    assert sight.without_time == 0


def test_unknown_kinds_are_listed_with_their_counts(tmp_path: Path) -> None:
    text = csv_log().replace(",order,", ",zapp,")
    message = refusal(tmp_path, text, zone="UTC")
    assert message.startswith(
        "column 'event' holds names that are not known: 'zapp' (56). Say what each means"
    )
    assert "--kind purchase=zapp" in message
    _, shop = begin(tmp_path, text, zone="UTC", kinds={"purchase": ["zapp"]})
    assert shop.source.kinds == {"view": ("view",), "purchase": ("zapp",)}


def test_the_star_maps_every_other_name(tmp_path: Path) -> None:
    text = (
        csv_log()
        .replace("v4,", "v4,", 1)
        .replace(",view,i3,", ",hover,i3,")
        .replace(",view,i2,", ",zoom,i2,")
    )
    _, shop = begin(tmp_path, text, zone="UTC", kinds={"other": ["*"]})
    assert shop.source.kinds == {"view": ("view",), "purchase": ("order",), "other": ("hover", "zoom")}


def test_a_wrong_canonical_kind_names_the_nearest(tmp_path: Path) -> None:
    message = refusal(tmp_path, csv_log(), ShopError, zone="UTC", kinds={"purchas": ["order"]})
    assert "'purchas' is no kind: expected one of view, cart," in message
    assert "Did you mean 'purchase'?" in message


def test_no_purchase_and_one_purchase(tmp_path: Path) -> None:
    views = "\n".join(line for line in csv_log().splitlines() if ",order," not in line) + "\n"
    message = refusal(tmp_path, views, NotEnoughData, zone="UTC")
    assert message.startswith(
        "the log holds no purchase, so nothing can be learned about buying. It holds: view (800)."
    )
    one = views + "v1,2024-03-20 08:00:00,order,i1,1.00\n"
    assert "the log holds one purchase" in refusal(tmp_path, one, NotEnoughData, zone="UTC")


def test_all_purchases_make_a_purchase_history(tmp_path: Path) -> None:
    text = csv_log().replace(",view,", ",order,")
    sight, shop = begin(tmp_path, text, zone="UTC")
    assert (shop.features.catalogue, shop.population.ever) == ("purchases", True)
    assert any("everybody in the population bought" in note for note in sight.notes)


def test_a_log_of_purchases_without_a_column_for_it(tmp_path: Path) -> None:
    text = csv_log(header="customer,date,shop,sku,price")
    message = refusal(tmp_path, text.replace("view", "a").replace("order", "b"), zone="UTC")
    assert "cannot tell which column says what happened" in message
    assert "--every-row purchase" in message
    _, shop = begin(
        tmp_path, text.replace("view", "a").replace("order", "b"), zone="UTC", every_row="purchase"
    )
    assert shop.source.kind == "purchase"
    assert "kind" not in shop.source.columns


def test_a_horizon_longer_than_the_log(tmp_path: Path) -> None:
    message = refusal(tmp_path, csv_log(), NotEnoughData, zone="UTC", within="60d")
    assert message.startswith("the log covers 39 days: too short to look 60d ahead")
    assert "--within 1d (or --within session)" in message


def test_a_log_of_ten_days_asks_a_shorter_question(tmp_path: Path) -> None:
    sight, shop = begin(tmp_path, csv_log(days=10), zone="UTC")
    assert str(shop.target.within) == "3d" or str(shop.target.within) == "1d"
    assert "too short for 7d ahead" in sight.within.why


def test_a_log_of_one_day(tmp_path: Path) -> None:
    assert begin(tmp_path, csv_log(days=1), zone="UTC")[1].target.within == "session"
    purchases = csv_log(days=1).replace(",view,", ",order,")
    assert "too short to look 7d ahead" in refusal_with(tmp_path, purchases)


def refusal_with(folder: Path, text: str) -> str:
    with pytest.raises(NotEnoughData) as raised:
        begin(folder, text, zone="UTC")
    return str(raised.value)


@pytest.mark.parametrize("within", ["7 days", "0d", "", "sesion", "-1d"])
def test_a_wrong_horizon(tmp_path: Path, within: str) -> None:
    assert "target.within" in refusal(tmp_path, csv_log(), ShopError, zone="UTC", within=within)


def test_a_wrong_zone_names_the_nearest(tmp_path: Path) -> None:
    assert "Did you mean 'Europe/Berlin'?" in refusal(tmp_path, csv_log(), ShopError, zone="Europe/Berln")


def test_an_unknown_preset(tmp_path: Path) -> None:
    assert "Did you mean 'taobao'?" in refusal(tmp_path, csv_log(), ShopError, preset="tabao")


def test_another_preset_than_the_logs(tmp_path: Path) -> None:
    text = "timestamp,visitorid,event,itemid,transactionid\n1433221332117,1,view,2,\n1433221339999,1,transaction,2,4\n"
    message = refusal(tmp_path, text, preset="rees46")
    assert message.startswith(
        "log.csv: no column 'user_id' (source.columns.entity). It has: timestamp, visitorid,"
    )
    assert message.endswith("It has the columns of Retail Rocket, events.csv: --preset retailrocket")


def test_a_column_that_is_not_there(tmp_path: Path) -> None:
    message = refusal(tmp_path, csv_log(), zone="UTC", columns={"item": "itemid"})
    assert message == (
        "log.csv: no column 'itemid' (source.columns.item). It has: visitor_id, timestamp, event, item_id, price. "
        "Did you mean 'item_id'?"
    )


def test_a_field_that_is_not_there(tmp_path: Path) -> None:
    message = refusal(tmp_path, csv_log(), ShopError, zone="UTC", columns={"itm": "item_id"})
    assert "'itm' is no field of an event" in message


def test_columns_that_cannot_be_told(tmp_path: Path) -> None:
    assert "who it was (visitor, user, customer): 'a', 'timestamp'" in refusal(
        tmp_path, csv_log(header="a,timestamp,event,item_id,price")
    )
    _, shop = begin(
        tmp_path, csv_log(header="a,b,event,d,e"), zone="UTC", columns={"entity": "a", "time": "b"}
    )
    assert shop.source.columns == {"entity": "a", "time": "b", "kind": "event"}


def test_kinds_are_found_by_what_a_column_holds(tmp_path: Path) -> None:
    sight, _ = begin(tmp_path, csv_log(header="visitor_id,timestamp,c,item_id,price"), zone="UTC")
    assert sight.columns["kind"].value == "c"
    assert "by its values" in sight.columns["kind"].why


def test_header_only_and_no_header(tmp_path: Path) -> None:
    assert refusal(tmp_path, "visitor_id,timestamp,event\n", zone="UTC") == (
        "log.csv has a header line and nothing below it. Expected events, one a line."
    )
    message = refusal(tmp_path, csv_log(header=""), zone="UTC")
    assert message.startswith("log.csv: the first line is no header: v0, 2024-03-01 08:00:00, view")
    assert "--header" in message
    _, shop = begin(
        tmp_path, csv_log(header=""), zone="UTC", header=["user", "time", "event", "item", "price"]
    )
    assert shop.source.header == ("user", "time", "event", "item", "price")
    assert shop.source.columns["entity"] == "user"


def test_entities_that_are_all_missing(tmp_path: Path) -> None:
    text = "\n".join(
        [csv_log().splitlines()[0], *("," + line.partition(",")[2] for line in csv_log().splitlines()[1:])]
    )
    assert "no row has both a 'visitor_id' (source.columns.entity) and a readable time" in refusal(
        tmp_path, text, zone="UTC"
    )


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
    import zstandard

    for name, packed in (
        ("a.csv.gz", gzip.compress(csv_log().encode())),
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


def test_the_columns_of_a_preset_with_other_contents_are_not_that_preset(tmp_path: Path) -> None:
    text = csv_log(header="customer_id,date,event,quantity,amount")
    assert begin(tmp_path, text, zone="UTC")[0].preset is None


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
