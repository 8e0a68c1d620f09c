"""What a table's page says of hand-made tables, number by number; of the real ones; and of degenerate columns."""

import json
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from evaluation.test_report import Reader
from willbuy.errors import NotEnoughData
from willbuy.explore.explore import explore
from willbuy.explore.page import page
from willbuy.explore.table.bins import FEW, bins, histogram
from willbuy.explore.table.columns import column
from willbuy.models.prepare import Column
from willbuy.shop import TableShop, make_table

COLUMNS: dict[str, Any] = {"price": {"role": "number"}, "new": {"role": "flag"}, "kind": {"role": "category"}}


def explored(folder: Path, lines: list[str], **keys: Any) -> dict[str, Any]:
    """What explore finds in a table with these lines below its header."""
    (folder / "t.csv").write_text(
        "\n".join(["who,when,price,new,kind,bought", *lines]) + "\n", encoding="utf-8"
    )
    table = make_table({"files": ["t.csv"], "target": "bought", "columns": COLUMNS, **keys})
    return explore(TableShop(table=table, folder=folder))


def lines(number: int) -> list[str]:
    """Every third buys, every second of kind x; the price is the number, and missing in every tenth."""
    return [
        f"u{n},{'Oct' if n < number / 2 else 'Nov'},{'' if n % 10 == 0 else n},{'yes' if n % 4 == 0 else 'no'},"
        f"{'x' if n % 2 else 'y'},{int(n % 3 == 0)}"
        for n in range(number)
    ]


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    keys = {"id": "who", "order": "when", "order_values": ["Oct", "Nov", "Dec"]}
    return explored(tmp_path_factory.mktemp("table"), lines(120), **keys)


def test_class_balance_and_order(found: dict[str, Any]) -> None:
    assert (found["balance"]["buyers"]["hits"], found["balance"]["buyers"]["of"]) == (40, 120)
    assert found["balance"]["says"].startswith("33.3 % of 120 rows buy (95 % interval ")
    by_order = [
        (one["value"], one["buyers"]["hits"], one["buyers"]["of"]) for one in found["order"]["values"]
    ]
    assert by_order == [("Oct", 20, 60), ("Nov", 20, 60)]


def test_columns_against_the_outcome(found: dict[str, Any]) -> None:
    by_name = {one["name"]: one for one in found["columns"]}
    kind = {one["value"]: (one["buyers"]["hits"], one["buyers"]["of"]) for one in by_name["kind"]["bins"]}
    assert kind == {"x": (20, 60), "y": (20, 60)}
    assert by_name["kind"]["explained"] == pytest.approx(0.0, abs=1e-12)
    assert by_name["kind"]["says"] == "33.3 % buy at every value."
    new = {one["value"]: (one["buyers"]["hits"], one["buyers"]["of"]) for one in by_name["new"]["bins"]}
    assert new == {"no": (30, 90), "yes": (10, 30)}
    assert (by_name["price"]["missing"], by_name["price"]["bins"][-1]["value"]) == (12, "missing")
    assert found["columns"][0]["name"] == "price"
    assert found["missing"]["says"] == "1 of 3 columns lack values; price most, in 10.0 % of the rows."


def test_rows_that_come_again(tmp_path: Path) -> None:
    again = ["u0,Oct,,yes,y,1", "u1,Oct,1,no,x,1"]  # the first as it was; the second with another outcome
    filled = [line.replace(",,", f",{number}.5,") for number, line in enumerate(lines(40)) if number]
    rows = explored(tmp_path, [lines(40)[0], *filled, *again])["rows"]
    assert (rows["accepted"], rows["repeated"], rows["repeated_but_outcome"]) == (42, 1, 1)
    assert (
        "1 row equals an earlier one in every column (2.4 %), and 1 more does in all but the outcome."
        in rows["says"]
    )


def test_rows_of_two_people_are_no_repetition(tmp_path: Path) -> None:
    rows = ["a,Oct,1,yes,x,1", "b,Oct,1,yes,x,1", "b,Oct,1,yes,x,1", "c,Oct,2,no,y,0"]
    assert explored(tmp_path, rows)["rows"]["repeated"] == 2
    assert explored(tmp_path, rows, id="who")["rows"]["repeated"] == 1


def test_rejected_rows_are_counted_by_rule(tmp_path: Path) -> None:
    rows = explored(tmp_path, [*lines(40), "u9,Oct,dear,no,x,1", "u9,Oct,1,no,x,"])["rows"]
    assert (rows["read"], rows["rejected"], sum(rows["by_rule"].values())) == (42, 2, 2)


def test_the_page_shows_every_sentence_and_asks_nothing_of_the_network(found: dict[str, Any]) -> None:
    read = Reader(page(found))
    text = " ".join(read.text).replace("\u00a0", " ")
    told = [found["balance"]["says"], found["order"]["says"], *(one["says"] for one in found["columns"])]
    told += [
        found["missing"]["says"],
        found["rows"]["says"],
        found["correlations"]["says"],
        found["correlations"]["warns"],
    ]
    assert [one for one in told if one not in text] == []
    assert not {name for name, _ in read.attributes} & {"src", "href", "srcset", "data", "action"}
    assert len(read.specs) >= 8


DEGENERATE = {
    "constant columns": [f"u{n},Oct,1,no,x,{n % 2}" for n in range(10)],
    "nothing but nulls": [f"u{n},Oct,,,,{n % 2}" for n in range(10)],
    "two rows": ["a,Oct,1,yes,x,1", "b,Nov,2,no,y,0"],
    "a column of its own value each": [f"u{n},Oct,{n}.5,no,k{n % 20},{n % 2}" for n in range(400)],
    "large and small": [f"u{n},Oct,{'1e200' if n % 2 else '-1e-200'},no,x,{n % 3 % 2}" for n in range(60)],
}


@pytest.mark.parametrize("rows", DEGENERATE.values(), ids=DEGENERATE.keys())
def test_a_table_that_holds_next_to_nothing_still_has_a_page(tmp_path: Path, rows: list[str]) -> None:
    found = explored(tmp_path, rows)
    text = json.dumps(found, allow_nan=False)
    assert not re.search(r"None|NaN|\bnan\b|\binf\b", text)
    assert page(found).endswith("</html>")


def test_a_table_of_one_class_says_so(tmp_path: Path) -> None:
    with pytest.raises(NotEnoughData):
        explored(tmp_path, [f"u{n},Oct,1,no,x,1" for n in range(10)])


def test_hostile_names_stay_text(tmp_path: Path) -> None:
    name = '</script><b>"; drop table x; --'
    quoted = name.replace('"', '""')
    (tmp_path / "t.csv").write_text(
        f'"{quoted}",bought\n' + "".join(f"{n},{n % 2}\n" for n in range(60)), encoding="utf-8"
    )
    table = make_table({"files": ["t.csv"], "target": "bought", "columns": {name: {"role": "number"}}})
    found = explore(TableShop(table=table, folder=tmp_path))
    assert found["columns"][0]["name"] == name
    assert "<b>" not in page(found)


values = st.lists(
    st.one_of(st.just(float("nan")), st.integers(-3, 3).map(float), st.floats(-1e6, 1e6)),
    min_size=1,
    max_size=200,
)


@given(values)
def test_every_row_lies_in_one_bin(found: list[float]) -> None:
    values = np.array(found)
    rows = sum(one.rows.astype(int) for one in bins(Column("a", "number"), values))
    assert np.array_equal(rows, np.ones(len(values)))
    known = values[~np.isnan(values)]
    if len(np.unique(known)) > FEW:
        assert sum(number for _, number in histogram(values)) == len(known)


@given(values, st.integers(0, 2**32 - 1))
def test_what_a_column_explains_is_a_share(found: list[float], seed: int) -> None:
    label = np.random.default_rng(seed).integers(0, 2, len(found)).astype(np.int8)
    one = column(Column("a", "number"), np.array(found), label)
    assert sum(value["buyers"]["of"] for value in one["bins"]) == len(found)
    assert one["explained"] is None or -1e-9 <= one["explained"] <= 1 + 1e-9


def test_online_shoppers(shared_data: Path) -> None:
    files = [str(shared_data / "uci_online_shoppers" / "online_shoppers_intention.csv")]
    found = explore(TableShop(table=make_table({"files": files, "preset": "online_shoppers"})))
    assert (found["balance"]["buyers"]["hits"], found["balance"]["buyers"]["of"]) == (1908, 12330)
    assert found["rows"]["repeated"] == 125
    assert found["columns"][0]["name"] == "PageValues"
    assert [one["value"] for one in found["order"]["values"]][:3] == ["Feb", "Mar", "May"]
