"""read_table: every value by its rule, every row accounted for, and no file that does what it likes."""

import gzip
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from willbuy.errors import NotEnoughData, ShopError, SourceError
from willbuy.models.prepare import Column
from willbuy.shop import TableShop, make_table
from willbuy.tables import TableRows, place_of, read_table

Read = Callable[..., TableRows]
SMALL = "who,price,new,kind,bought\na,1.5,yes,x,1\nb,,NO,y,0\nc,-2,,x,TRUE\nd,1e3,off,,f\n"
ROLES = {"price": {"role": "number"}, "new": {"role": "flag"}, "kind": {"role": "category"}}


@pytest.fixture
def read(tmp_path: Path) -> Read:
    """Write a table and read it: `read(content, **keys of [table])`."""

    def write_and_read(
        content: str | bytes, name: str = "t.csv", *, need_target: bool = True, known: Any = None, **keys: Any
    ) -> TableRows:
        data = content.encode() if isinstance(content, str) else content
        (tmp_path / name).write_bytes(data)
        return read_table(shop_of(tmp_path, name, keys), need_target=need_target, columns=known)

    return write_and_read


def shop_of(folder: Path, name: str, keys: Mapping[str, Any]) -> TableShop:
    table = make_table({"files": [name], "target": "bought", "columns": ROLES, **keys})
    return TableShop(table=table, folder=folder)


def to_parquet(frame: pd.DataFrame, path: Path) -> None:
    with duckdb.connect() as connection:
        connection.register("frame", frame)
        connection.execute(f"COPY frame TO '{path}' (FORMAT parquet)")


def nan_as_text(frame: pd.DataFrame) -> dict[str, list[Any]]:
    return {name: ["null" if pd.isna(x) else x for x in frame[name]] for name in frame}


def test_values_are_read_by_their_roles(read: Read) -> None:
    rows = read(SMALL, id="who")
    assert nan_as_text(rows.frame) == {
        "entity": ["a", "b", "c", "d"],
        "row": [2, 3, 4, 5],
        "label": [1, 0, 1, 0],
        "price": [1.5, "null", -2.0, 1000.0],
        "new": [1.0, 0.0, "null", 0.0],
        "kind": [0.0, 1.0, 0.0, "null"],
    }
    assert [str(kind) for kind in rows.frame.dtypes[1:]] == ["int64", "int8", "float64", "float64", "float64"]
    assert rows.columns[2] == Column("kind", "category", ("x", "y"))
    assert rows.counts == {"read": 4, "accepted": 4, "rejected": 0}
    assert rows.notes == ()


@pytest.mark.parametrize("null", ["", "NA", "NaN", "nan", "null", "NULL", "None"])
def test_a_missing_value_is_null_in_every_role_and_never_zero(read: Read, null: str) -> None:
    rows = read(f"price,new,kind,bought\n1,1,x,1\n{null},{null},{null},0\n2,0,y,1\n")
    assert rows.frame[["price", "new", "kind"]].isna().to_numpy().tolist() == [
        [False] * 3,
        [True] * 3,
        [False] * 3,
    ]
    assert rows.columns[2].values == ("x", "y")
    assert rows.counts["rejected"] == 0


def test_a_category_may_declare_a_value_that_looks_like_nothing(read: Read) -> None:
    columns = {"kind": {"role": "category", "values": ["NA", "EU"]}}
    rows = read("kind,bought\nNA,1\nEU,0\n,0\n", columns=columns)
    assert nan_as_text(rows.frame)["kind"] == [0.0, 1.0, "null"]


@pytest.mark.parametrize("true", ["TRUE", "True", "true", "1", "1.0", "yes", "Y", "t", "on", " true "])
@pytest.mark.parametrize("false", ["FALSE", "0", "no", "N", "f", "off"])
def test_true_and_false_in_any_spelling(read: Read, true: str, false: str) -> None:
    rows = read(f"new,bought\n{true},{false}\n{false},{true}\n", columns={"new": {"role": "flag"}})
    assert rows.frame["new"].tolist() == [1.0, 0.0]
    assert rows.frame["label"].tolist() == [0, 1]


def test_ids_keep_their_leading_zeros(read: Read) -> None:
    columns = {"kind": {"role": "category"}}
    rows = read(
        "who,kind,bought\n007,01,1\n7,1,0\n0000000000000000000000001,10,0\n", id="who", columns=columns
    )
    assert rows.frame["entity"].tolist() == ["007", "7", "0000000000000000000000001"]
    assert rows.columns[0].values == ("01", "1", "10")


def test_every_row_that_breaks_a_rule_is_recorded(read: Read) -> None:
    good = "1,1,x,1\n0,0,y,0\n" * 6
    bad = [
        ("inf,1,x,1", "not_finite", "price", "inf"),
        ("1e400,1,x,1", "not_finite", "price", "1e400"),
        ("12 EUR,1,x,1", "not_a_number", "price", "12 EUR"),
        ("1_000,1,x,1", "not_a_number", "price", "1_000"),
        ("1,perhaps,x,1", "not_a_flag", "new", "perhaps"),
        ("1,1,x,2", "target_unknown", "bought", "2"),
        ("1,1,x,", "target_missing", "bought", None),
        ("1,1,x", "columns", "", "1,1,x"),
        ("1,1,x,1,1", "columns", "", "1,1,x,1,1"),
        ('1,1,"x,1', "quote", "", '1,1,"x,1'),
    ]
    rows = read("price,new,kind,bought\n" + good + "".join(f"{line}\n" for line, *_ in bad) + "\n")
    assert rows.counts == {"read": 22, "accepted": 12, "rejected": 10}
    found = [(r.rule, r.column, None if pd.isna(r.value) else r.value) for r in rows.rejected.itertuples()]
    assert found == [tuple(rest) for _, *rest in bad]
    assert rows.rejected["line"].tolist() == list(range(14, 24))
    assert "10 of 22 rows were refused" in rows.notes[0]
    assert "That is a large share" in rows.notes[0]


lines = st.lists(
    st.tuples(*(st.sampled_from(values) for values in (
        ["1", "", "x", "inf", "1,5", '"'], ["yes", "", "maybe"], ["a", "NA", '"q"'], ["1", "0", "2", ""],
    ))), min_size=1, max_size=12,
)  # fmt: skip


@settings(max_examples=40, deadline=None)
@given(lines)
def test_rows_read_are_those_accepted_and_those_refused(cells: list[tuple[str, ...]]) -> None:
    from tempfile import TemporaryDirectory

    with TemporaryDirectory() as folder:
        text = "price,new,kind,bought\n" + "".join(f"{','.join(row)}\n" for row in cells)
        (Path(folder) / "t.csv").write_text(text, encoding="utf-8")
        try:
            rows = read_table(shop_of(Path(folder), "t.csv", {}))
        except (SourceError, NotEnoughData):
            return  # most rows are bad, or all of one class: said, not read
        assert rows.counts["read"] == len(cells) == rows.counts["accepted"] + rows.counts["rejected"]
        assert len(rows.frame) == rows.counts["accepted"]
        assert len(rows.rejected) == rows.counts["rejected"]
        both = [*rows.frame["row"], *rows.rejected["line"]]
        assert sorted(both) == list(range(2, len(cells) + 2))


def test_a_decimal_comma_is_read_only_where_it_is_declared(read: Read) -> None:
    text = "price;bought\n1,5;1\n2;0\n3,25;0\n4;1\n-7;1\n"
    columns = {"price": {"role": "number"}}
    declared = read(text, delimiter=";", decimal=",", columns=columns)
    assert declared.frame["price"].tolist() == [1.5, 2.0, 3.25, 4.0, -7.0]
    plain = read(text, delimiter=";", columns=columns)
    assert plain.counts == {"read": 5, "accepted": 3, "rejected": 2}
    assert plain.rejected["value"].tolist() == ["1,5", "3,25"]


def test_a_point_is_no_part_of_a_number_with_a_decimal_comma(read: Read) -> None:
    text = "price;bought\n1.234,5;1\n2;0\n3;1\n"
    rows = read(text, delimiter=";", decimal=",", columns={"price": {"role": "number"}})
    assert rows.rejected["value"].tolist() == ["1.234,5"]


def test_the_order_is_a_place_among_its_values(read: Read) -> None:
    text = "price,month,bought\n1,Nov,1\n2,Oct,0\n3,Nov,0\n4,Now,0\n"
    keys: dict[str, Any] = {
        "order": "month",
        "order_values": ["Oct", "Nov"],
        "columns": {"price": {"role": "number"}},
    }
    rows = read(text, **keys)
    assert rows.frame["order"].tolist() == [1, 0, 1]
    assert rows.order_names == {0: "Oct", 1: "Nov"}
    assert rows.rejected[["rule", "value"]].values.tolist() == [["order_unknown", "Now"]]
    assert place_of("Nov", rows.order_names, ["Oct", "Nov"]) == 1


def test_numbers_and_dates_order_themselves(read: Read) -> None:
    columns = {"price": {"role": "number"}}
    weeks = read("price,week,bought\n1,10,1\n2,9,0\n3,x,0\n", order="week", columns=columns)
    assert weeks.order_names == {0: "9", 1: "10"}
    assert weeks.frame["order"].tolist() == [1, 0]
    days = read(
        "price,day,bought\n1,2015-10-01,1\n2,2015-09-30T12:00:00+02:00,0\n", order="day", columns=columns
    )
    assert days.frame["order"].tolist() == [1, 0]
    assert place_of("2015-10-01", days.order_names) == 1
    with pytest.raises(ShopError, match=r"test_from = 'Nov': expected a value like those of the order"):
        place_of("Nov", days.order_names)
    with pytest.raises(SourceError, match=r"neither a number nor a date .* table\.order_values"):
        read("price,month,bought\n1,Nov,1\n2,Oct,0\n", order="month", columns=columns)


def test_the_order_may_be_an_input_too(read: Read) -> None:
    columns = {"month": {"role": "category", "values": ["Oct", "Nov"]}}
    rows = read("month,bought\nNov,1\nOct,0\n", order="month", order_values=["Oct", "Nov"], columns=columns)
    assert rows.frame["month"].tolist() == [1.0, 0.0] == rows.frame["order"].tolist()


def test_a_target_by_its_own_words(read: Read) -> None:
    text = "price,bought\n1,won\n2,lost\n3,open\n4,won\n"
    columns = {"price": {"role": "number"}}
    assert read(text, columns=columns, buys=["won"]).frame["label"].tolist() == [1, 0, 0, 1]
    rows = read(text, columns=columns, buys=["won"], others=["lost"])
    assert rows.frame["label"].tolist() == [1, 0, 1]
    assert rows.rejected["rule"].tolist() == ["target_unknown"]


def test_one_class_only_is_no_table_to_learn_from(read: Read) -> None:
    with pytest.raises(
        NotEnoughData, match=r"all 2 rows have a bought that means a buyer: there is nothing to tell apart"
    ):
        read("price,new,kind,bought\n1,1,x,1\n2,1,x,1\n")


def test_rows_to_be_scored_have_no_target(read: Read) -> None:
    known = [Column("kind", "category", ("y", "x")), Column("price", "number")]
    rows = read("kind,price,extra\nx,1,9\nz,2,9\n", need_target=False, known=known, order="month")
    assert list(rows.frame) == ["entity", "row", "kind", "price"]
    assert rows.frame["kind"].tolist() == [1.0, -1.0]
    assert rows.unseen == {"kind": 1}
    assert rows.unused == ("extra",)
    assert rows.notes == (
        "Columns of the file that are not declared and not used: extra.",
        "1 row holds a value of kind that the column does not have.",
    )


def test_a_missing_or_renamed_column_is_named_with_the_nearest(read: Read) -> None:
    with pytest.raises(
        SourceError, match=r"no column 'price'. It has: Price_, new, kind, bought. Did you mean 'Price_'\?"
    ):
        read("Price_,new,kind,bought\n1,1,x,1\n")
    with pytest.raises(SourceError, match=r"no column 'bought'"):
        read("price,new,kind\n1,1,x\n")


def test_a_column_of_another_type_is_refused_with_its_name(read: Read) -> None:
    with pytest.raises(
        SourceError,
        match=r"2 of 3 rows were refused, 2 by the rule not_a_number\. The first is line 2, column 'price': 'cheap'",
    ):
        read("price,new,kind,bought\ncheap,1,x,1\ndear,1,x,0\n1,1,x,1\n")


def test_an_id_in_several_rows_is_an_entity_and_said(read: Read) -> None:
    rows = read("who,price,new,kind,bought\na,1,1,x,1\na,2,0,y,0\nb,3,1,x,0\n,3,1,x,0\n", id="who")
    assert rows.frame["entity"].tolist() == ["a", "a", "b"]
    assert "who stands in more than one row: 2 entities have 3 rows" in rows.notes[-1]
    assert rows.rejected["rule"].tolist() == ["id_missing"]


def test_a_category_of_too_many_values_is_an_id_and_is_left_out(read: Read) -> None:
    text = "kind,new,bought\n" + "".join(f"k{number},1,{number % 2}\n" for number in range(251))
    rows = read(text, columns={"kind": {"role": "category"}, "new": {"role": "flag"}})
    assert [column.name for column in rows.columns] == ["new"]
    assert "kind is not used: it has 251 different values" in rows.notes[0]


def test_a_taken_name_and_no_inputs_are_refused(read: Read) -> None:
    with pytest.raises(ShopError, match=r"table\.columns\.label: willbuy uses this name"):
        read("label,bought\n1,1\n", columns={"label": {"role": "number"}})
    with pytest.raises(ShopError, match=r"no input is declared.*willbuy init TABLE --target bought"):
        read("price,bought\n1,1\n", columns={"price": {"role": "ignore"}})


HOSTILE = 'a"; drop table x; --'


@pytest.mark.parametrize(
    "name", [HOSTILE, "'; drop table texts; --", "select", "c0", "f", "line", "ä b", "x.y"]
)
@pytest.mark.parametrize("form", ["csv", "parquet"])
def test_a_hostile_name_is_a_name(tmp_path: Path, name: str, form: str) -> None:
    path = tmp_path / f"t.{form}"
    frame = pd.DataFrame({name: [1.5, 2.5], "bought": [1, 0]})
    frame.to_csv(path, index=False) if form == "csv" else to_parquet(frame, path)
    rows = read_table(shop_of(tmp_path, path.name, {"columns": {name: {"role": "number"}}}))
    assert rows.frame[name].tolist() == [1.5, 2.5]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "is empty: not even a header line."),
        (b"\n\n", "begins with nothing but blank lines"),
        (b"price,new,kind,bought\n", "holds a header line and no rows."),
        (b"price,price,bought\n1,1,1\n", "columns 1 and 2 are both called 'price'"),
        (b"price,PRICE,bought\n1,1,1\n", "columns 1 and 2 are both called 'PRICE', by their case at most different"),
        (b'"pri\nce",bought\n1,1\n', "a quote in the header line is not closed"),
        (b"pri\tce,bought\n1,1\n", "the name of column 1, 'pri\\tce', holds what cannot be printed"),
        (b"p" * 5000 + b",bought\n1,1\n", "the name of column 1 has 5,000 characters"),
        (b"\xff\xfe\x00", "not written in utf-16-le"),
    ],
)  # fmt: skip
def test_a_file_that_is_no_table_is_refused_in_one_line(read: Read, content: bytes, message: str) -> None:
    with pytest.raises((SourceError, NotEnoughData)) as raised:
        read(content)
    assert message in str(raised.value)
    assert "\n" not in str(raised.value)


def test_csv_zipped_in_another_encoding_and_parquet_say_the_same(read: Read, tmp_path: Path) -> None:
    text = "who,price,new,kind,bought\nä,1.5,yes,ß,1\nb,,no,y,0\nc,7,,ß,1\n"
    plain = read(text, id="who")
    zipped = read(gzip.compress(text.encode()), "t.csv.gz", id="who")
    western = read(text.encode("cp1252"), encoding="cp1252", id="who")
    frame = pd.DataFrame({"who": ["ä", "b", "c"], "price": [1.5, None, 7], "new": [True, False, None],
                          "kind": ["ß", "y", "ß"], "bought": [1.0, 0.0, 1.0]})  # fmt: skip
    to_parquet(frame, tmp_path / "p.parquet")
    parquet = read_table(shop_of(tmp_path, "p.parquet", {"id": "who"}))
    for other in (zipped, western, parquet):
        pd.testing.assert_frame_equal(other.frame.drop(columns="row"), plain.frame.drop(columns="row"))
        assert other.columns == plain.columns
    assert parquet.frame["row"].tolist() == [1, 2, 3]


def test_a_code_that_became_a_double_in_parquet_stays_the_same_code(tmp_path: Path) -> None:
    frame = pd.DataFrame({"kind": [1.0, 2.0, None, 10.0], "bought": [1, 0, 1, 0]})
    to_parquet(frame, tmp_path / "t.parquet")
    rows = read_table(shop_of(tmp_path, "t.parquet", {"columns": {"kind": {"role": "category"}}}))
    assert rows.columns[0].values == ("1", "2", "10")


def test_several_files_are_one_table(tmp_path: Path) -> None:
    (tmp_path / "a1.csv").write_text("price,bought\n1,1\n", encoding="utf-8")
    (tmp_path / "a2.csv").write_text("bought,price\n0,2\n1,x\n", encoding="utf-8")
    rows = read_table(shop_of(tmp_path, "a*.csv", {"columns": {"price": {"role": "number"}}}))
    assert rows.frame["price"].tolist() == [1.0, 2.0]
    assert rows.frame["entity"].tolist() == ["1:2", "2:2"]
    assert rows.rejected[["file", "line"]].values.tolist() == [[str((tmp_path / "a2.csv").resolve()), 3]]


def test_two_thousand_columns(tmp_path: Path) -> None:
    values = np.arange(20 * 2000).reshape(20, 2000) / 7
    frame = pd.DataFrame(values, columns=[f"c {number}" for number in range(2000)]).assign(bought=[0, 1] * 10)
    frame.to_csv(tmp_path / "t.csv", index=False)
    columns = {name: {"role": "number"} for name in frame.columns[:-1]}
    rows = read_table(shop_of(tmp_path, "t.csv", {"columns": columns}))
    assert np.array_equal(rows.frame[[c.name for c in rows.columns]].to_numpy(), values)


def test_online_shoppers_as_published(shared_data: Path) -> None:
    file = shared_data / "uci_online_shoppers" / "online_shoppers_intention.csv"
    if not file.exists():
        pytest.skip("the table of UCI 468 is not beside this checkout")
    rows = read_table(TableShop(table=make_table({"preset": "online_shoppers", "files": [str(file)]})))
    assert rows.counts == {"read": 12_330, "accepted": 12_330, "rejected": 0}
    assert (int(rows.frame["label"].sum()), len(rows.columns), rows.notes) == (1_908, 17, ())
    test_from = place_of("Nov", rows.order_names, tuple(rows.order_names.values()))
    assert (rows.frame["order"] >= test_from).sum() == 4_725
    assert [column.role for column in rows.columns].count("category") == 6
