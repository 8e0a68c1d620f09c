"""`willbuy init` on small logs: what it decides and why, what it refuses and what it says to do."""

from datetime import datetime, timedelta
from pathlib import Path

import pytest

from events.look.logs import START, begin, csv_log, events, refusal
from willbuy.errors import NotEnoughData, ShopError


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
    assert "--within 7d (or --within session)" in message


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
    assert "who it was (visitor, user, customer): a, timestamp" in refusal(
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


def test_entities_that_are_all_missing(tmp_path: Path) -> None:
    text = "\n".join(
        [csv_log().splitlines()[0], *("," + line.partition(",")[2] for line in csv_log().splitlines()[1:])]
    )
    assert "no row has both a 'visitor_id' (source.columns.entity) and a readable time" in refusal(
        tmp_path, text, zone="UTC"
    )


def test_the_columns_of_a_preset_with_other_contents_are_not_that_preset(tmp_path: Path) -> None:
    text = csv_log(header="customer_id,date,event,quantity,amount")
    assert begin(tmp_path, text, zone="UTC")[0].preset is None
