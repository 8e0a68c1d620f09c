"""Presets: each is a sound piece of a shop file; a shop file's own keys win; rules mean what they say."""

from decimal import Decimal
from pathlib import Path

import duckdb
import pytest

from willbuy.errors import ShopError, SourceError
from willbuy.events import presets
from willbuy.events.presets import KindRule, ResolvedSource
from willbuy.shop import Shop, Source, SourceRule, SourceTime

NAMES = presets.names()


@pytest.mark.parametrize("name", NAMES)
def test_a_preset_is_a_sound_piece_of_a_shop_file(name: str) -> None:
    preset = presets.get(name)
    Shop.model_validate({"source": preset.source, **preset.defaults})
    resolved = presets.resolve(Source(preset=name))
    assert set(resolved.needed) <= set(preset.columns)
    assert resolved.preset == name
    assert "purchase" in {*resolved.kinds.values(), resolved.constant_kind}


def test_an_unknown_preset_names_the_nearest() -> None:
    with pytest.raises(ShopError, match=r"unknown preset 'ress46'\. There are: .*Did you mean 'rees46'\?"):
        presets.get("ress46")


@pytest.mark.parametrize("name", ["../secrets", "", "retailrocket.toml", "a\x00b"])
def test_a_presets_name_is_no_path(name: str) -> None:
    with pytest.raises(ShopError, match="unknown preset"):
        presets.get(name)


def test_own_columns_win_and_the_empty_name_takes_one_away() -> None:
    resolved = presets.resolve(Source(preset="rees46", columns={"entity": "client", "session": ""}))
    assert resolved.columns["entity"] == "client"
    assert "session" not in resolved.columns
    assert resolved.columns["item"] == "product_id"


def test_a_renamed_column_is_renamed_in_the_presets_rules() -> None:
    resolved = presets.resolve(
        Source(preset="online_retail", columns={"quantity": "Qty", "session": "Invoice"})
    )
    assert [rule.column for rule in resolved.kind_rules] == ["Invoice", "Qty", "UnitPrice"]


def test_own_kind_names_move_and_add() -> None:
    kinds = presets.resolve(Source(preset="retailrocket", kinds={"purchase": ("addtocart", "order")})).kinds
    assert kinds == {"view": "view", "transaction": "purchase", "addtocart": "purchase", "order": "purchase"}


def test_own_rules_come_first() -> None:
    own = SourceRule(column="Country", starts_with="EIRE", kind="other", name="irish")
    rules = presets.resolve(Source(preset="online_retail", rules=(own,))).kind_rules
    assert rules[0] == KindRule("Country", "starts_with", "EIRE", "other", "irish")
    assert len(rules) == 4


def test_a_kind_column_replaces_every_row_and_the_other_way_round() -> None:
    by_column = presets.resolve(
        Source(preset="online_retail", columns={"kind": "what"}, kinds={"purchase": ("sold",)})
    )
    assert (by_column.constant_kind, by_column.columns["kind"]) == (None, "what")
    by_row = presets.resolve(Source(preset="rees46", kind="purchase"))
    assert by_row.constant_kind == "purchase"
    assert "kind" not in by_row.columns


def test_epoch_numbers_take_the_presets_format_and_zone_away() -> None:
    resolved = presets.resolve(Source(preset="rees46", time=SourceTime(unit="ms")))
    assert (resolved.time_unit, resolved.time_zone, resolved.time_formats) == ("ms", None, ("iso",))


def test_own_scalars_replace_the_presets_but_defaults_do_not() -> None:
    assert presets.resolve(Source(preset="online_retail")).currency_digits == 3
    assert presets.resolve(Source(preset="online_retail", currency_digits=2)).currency_digits == 2


@pytest.mark.parametrize(
    ("source", "message"),
    [
        (Source(), r"source\.columns\.entity is missing"),
        (Source(columns={"entity": "a"}), r"source\.columns\.time is missing"),
        (Source(columns={"entity": "a", "time": "b"}), r"source\.columns\.kind is missing.*source\.kind"),
        (Source(columns={"entity": "a", "time": "b", "kind": "c"}), r"source\.kinds is missing.*'c'"),
        (Source(preset="rees46", columns={"entity": ""}), r"source\.columns\.entity is missing"),
    ],
)
def test_what_cannot_be_read_says_which_key_to_add(source: Source, message: str) -> None:
    with pytest.raises(ShopError, match=message):
        presets.resolve(source)


TAOBAO = presets.resolve(Source(preset="taobao"))


def test_a_header_line_is_told_from_a_first_event() -> None:
    assert TAOBAO.column_names(["1", "2", "3", "pv", "1511544070"], "a") == (TAOBAO.header, False)
    shuffled = ["behavior", "ts", "user_id", "item_id", "category_id", "extra"]
    assert TAOBAO.column_names(shuffled, "a") == (tuple(shuffled), True)


@pytest.mark.parametrize("row", [["1", "2", "3", "pv"], ["1", "2", "3", "pv", "1511544070", ""], []])
def test_a_row_of_another_width_is_no_event_and_no_header(row: list[str]) -> None:
    with pytest.raises(
        SourceError, match=rf"^a: the first line has {len(row)} fields.*source\.header declares 5"
    ):
        TAOBAO.column_names(row, "a")


def test_a_missing_column_is_named_with_its_key_and_the_nearest() -> None:
    with pytest.raises(SourceError) as raised:
        ResolvedSource({"entity": "visitorid", "time": "ts"}).column_names(
            ["visitor_id", "ts", "event"], "a.csv"
        )
    assert str(raised.value) == (
        "a.csv: no column 'visitorid' (source.columns.entity). It has: visitor_id, ts, event. Did you mean 'visitor_id'?"
    )


def test_a_rule_without_its_column_or_a_number_does_not_match() -> None:
    rule = KindRule("Quantity", "at_most", "0", "other", "returned")
    assert [rule.matches(row) for row in ({}, {"Quantity": None}, {"Quantity": "many"}, {"Quantity": "0"})] == [
        False, False, False, True,
    ]  # fmt: skip


def test_the_rules_of_online_retail_leave_the_purchases_that_others_count(shared_data: Path) -> None:
    """397,884 lines: known customer, not cancelled, quantity and price above zero."""
    rules = presets.resolve(Source(preset="online_retail")).kind_rules
    columns = ("InvoiceNo", "Quantity", "UnitPrice")
    path = shared_data / "online_retail" / "online_retail.parquet"
    with duckdb.connect() as connection:
        groups = connection.execute(
            f"SELECT left(InvoiceNo, 1), Quantity, UnitPrice, count(*) FROM '{path}' "
            "WHERE CustomerID IS NOT NULL GROUP BY ALL"
        ).fetchall()
    purchases = sum(
        count
        for *row, count in groups
        if not any(rule.matches(dict(zip(columns, map(str, row), strict=True))) for rule in rules)
    )
    assert purchases == 397_884


def test_every_price_of_online_retail_is_a_whole_number_of_its_minor_unit(shared_data: Path) -> None:
    digits = presets.resolve(Source(preset="online_retail")).currency_digits
    path = shared_data / "online_retail" / "online_retail.parquet"
    with duckdb.connect() as connection:
        prices = connection.execute(f"SELECT DISTINCT CAST(UnitPrice AS VARCHAR) FROM '{path}'").fetchall()
    assert len(prices) > 1_000
    assert all((Decimal(price) * 10**digits) % 1 == 0 for (price,) in prices)
