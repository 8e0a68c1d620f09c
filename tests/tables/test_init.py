"""willbuy init of a table: what it tells from the values, what it writes loads again, and every mistake is one line."""

import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from willbuy.errors import WillbuyError
from willbuy.shop import TableShop, load_any
from willbuy.tables import read_table
from willbuy.tables.look import TableSight, init_table, known_table, render
from willbuy.tables.look.guess import guess

HEADER = "user_id,price,new,zip,kind,same,none,when,text,bought\n"


def table_of(rows: int = 40) -> str:
    lines = (
        f"u{n:03},{n / 4},{'yes' if n % 3 else 'no'},0{n % 7},k{n % 4 if n % 5 else ''},1,,2015-09-{n % 28 + 1:02},word {n} {n},"
        f"{n % 2}\n"
        for n in range(rows)
    )
    return HEADER + "".join(lines)


def init(folder: Path, content: str | bytes, target: str | None = "bought", **said: object) -> TableSight:
    path = folder / "t.csv"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return init_table(path, target, folder / "shop.toml", True, **said)


def complaint(folder: Path, content: str | bytes, target: str | None = "bought", **said: object) -> str:
    message = ""
    try:  # not pytest.raises: it would keep the frames, and with them the engine, until the very end
        init(folder, content, target, **said)
    except WillbuyError as error:
        message = str(error)
    assert message
    assert "\n" not in message
    assert not (folder / "shop.toml").exists()
    return message


def test_roles_are_told_from_the_values(tmp_path: Path) -> None:
    sight = init(tmp_path, table_of())
    assert {column.name: column.role for column in sight.columns} == {
        "user_id": "id", "price": "number", "new": "flag", "zip": "category", "kind": "category", "same": "ignore",
        "none": "ignore", "when": "ignore", "text": "category", "bought": "target",
    }  # fmt: skip
    assert (sight.rows, sight.buyers, sight.labelled, sight.duplicates) == (40, 20, 40, 0)
    by_name = {column.name: column for column in sight.columns}
    assert (by_name["none"].missing, by_name["none"].distinct) == (40, 0)
    assert "Not used: same, none, when. The shop file says why." in sight.notes
    assert "when holds dates. If they order the rows in time: --order 'when'." in sight.notes


def test_the_file_that_is_written_loads_and_reads_the_table(tmp_path: Path) -> None:
    sight = init(tmp_path, table_of(), order="when")
    shop = load_any(tmp_path / "shop.toml")
    assert isinstance(shop, TableShop)
    assert shop.table.model_dump(exclude={"files"}) == sight.table.model_dump(exclude={"files"})
    assert shop.table.files == ("t.csv",)
    assert {keys.known for keys in shop.table.columns.values()} == {"unknown"}
    assert {keys.missing for keys in shop.table.columns.values()} == {"keep"}
    rows = read_table(shop)
    assert rows.counts == {"read": 40, "accepted": 40, "rejected": 0}
    assert len(rows.order_names) == 28
    text = (tmp_path / "shop.toml").read_text(encoding="utf-8")
    assert (
        'same = { role = "ignore", known = "unknown", missing = "keep" }  # one value in every row; 1 value'
        in text
    )


def test_what_is_printed_names_every_column_with_its_role(tmp_path: Path) -> None:
    text = render(init(tmp_path, table_of()))
    assert "Base rate: 20 of 40 rows (50.00%) are buyers by bought" in text
    assert "no test of the future" in text
    for line in (
        "  none     ignore             100.0%          0  no value at all",
        "  user_id  id                      -         40  the entity",
    ):
        assert line in text


@pytest.mark.parametrize(
    ("values", "role"),
    [
        (["1", "2", "3"], "number"), (["-1.5", "2e3", ".5"], "number"), (["0", "1"], "flag"), (["TRUE", "FALSE"], "flag"),
        (["Y", "n"], "flag"), (["0", "1", "2"], "number"), (["a", "b"], "category"), (["007", "7"], "category"),
        (["0.5", "0"], "number"), (["1,5", "2,25"], "number"), (["a"], "ignore"), ([], "ignore"),
        (["2015-09-01", "2015-09-02"], "ignore"), ([f"v{n}" for n in range(251)], "ignore"),
        ([*(str(n) for n in range(99)), "?"], "number"), (["inf", "1", "2"], "category"),
    ],
)  # fmt: skip
def test_a_role_for_every_kind_of_values(values: list[str], role: str) -> None:
    assert guess("column", Counter(values), 300)[0] == role


def test_an_id_in_several_rows_is_said_to_be_an_entity(tmp_path: Path) -> None:
    text = "customer,price,bought\n" + "".join(f"c{n // 2},{n},{n % 2}\n" for n in range(20))
    sight = init(tmp_path, text, id="customer")
    assert "customer stands in more than one row (10 values in 20 rows): it is the entity" in sight.notes[0]


def test_forty_percent_missing_is_said_and_kept(tmp_path: Path) -> None:
    text = "price,bought\n" + "".join(f"{n if n % 5 > 1 else ''},{n % 2}\n" for n in range(50))
    sight = init(tmp_path, text)
    assert (sight.columns[0].role, sight.columns[0].missing) == ("number", 20)
    assert "price lacks 40% of its values: models see that they are missing" in sight.notes[0]


def test_a_preset_is_recognised_by_its_columns_whatever_their_order(tmp_path: Path) -> None:
    names = "purchase,customer_type,device_type,extra,basket_value,pages_viewed,time_spent"
    text = names + "\n" + "".join(f"{n % 2},New,Mobile,{n},{n},{n},{n}\n" for n in range(30))
    sight = init(tmp_path, text, target=None)
    assert (sight.preset, sight.table.target, sight.table.id) == ("retailtech", "purchase", "customer_id")
    assert known_table(tmp_path / "t.csv") == "retailtech"
    text = (tmp_path / "shop.toml").read_text(encoding="utf-8")
    assert '\n# time_spent = { role = "number", known = "unknown", missing = "median" }' in text
    assert '\nextra = { role = "number"' in text


def test_decimal_commas_and_semicolons_are_seen(tmp_path: Path) -> None:
    sight = init(tmp_path, "price;bought\n1,5;1\n2,25;0\n3;0\n")
    assert (sight.table.decimal, sight.table.delimiter, sight.columns[0].role) == (",", ";", "number")
    shop = load_any(tmp_path / "shop.toml")
    assert isinstance(shop, TableShop)
    assert read_table(shop).frame["price"].tolist() == [1.5, 2.25, 3.0]


def test_a_hostile_name_is_quoted_wherever_it_stands(tmp_path: Path) -> None:
    name = 'a"; drop table x; --'
    quoted = '"a""; drop table x; --"'
    sight = init(tmp_path, f"{quoted},price,bought\n" + "".join(f"{n},{n},{n % 2}\n" for n in range(30)))
    shop = load_any(tmp_path / "shop.toml")
    assert isinstance(shop, TableShop)
    assert list(shop.table.columns) == [name, "price"]
    assert read_table(shop).frame[name].tolist() == list(range(30))
    assert name in render(sight)


@pytest.mark.parametrize(
    ("content", "said", "message"),
    [
        ("", {}, "is empty."),
        ("a,bought\n", {}, "holds a header line and no rows."),
        ("a,bougth\n1,1\n2,0\n", {}, "no column 'bought' to be the target. There are: a, bougth. Did you mean 'bougth'?"),
        ("a,bought\n1,1\n2,0\n", {"id": "b"}, "no column 'b' to be the id. There are: a, bought."),
        ("a,bought\n1,x\n2,y\n3,x\n", {}, "the target bought holds 2 values: x (2), y (1). Say which mean a buyer: --buys 'x'"),
        ("a,bought\n1,0\n2,1\n3,2\n3,2\n", {}, "the target bought holds 3 values: 2 (2), 0 (1), 1 (1). Say which mean a buyer"),
        ("a,bought\n1,1\n2,1\n", {}, "the target bought is of one class only: 1 (2)."),
        ("a,bought\n1,\n2,NA\n", {}, "the target bought has no value in any row."),
        ("a,bought\n1,won\n2,lost\n", {"buys": ["wn"]}, "no row has bought = 'wn'. It holds: won (1), lost (1). Did you mean 'won'?"),
        ("a,A,bought\n1,1,1\n", {}, "columns 1 and 2 are both called 'A'"),
        ('"a\nb",bought\n1,1\n', {}, "a quote in the header line is not closed"),
        ("x" * 5000 + ",bought\n1,1\n", {}, "the name of column 1 has 5,000 characters"),
        ("a,bought\n1,1\n2,0\n", {"preset": "retailtech"}, "the preset retailtech has a column 'time_spent' that is not there."),
        ("a,bought\n1,1\n2,0\n", {"preset": "retail"}, "unknown preset 'retail'. There are: online_shoppers,"),
        ('{"a": 1, "bought": 1}\n', {}, "is JSON. A table is a CSV or a Parquet file"),
        (b"PK\x03\x04rest", {}, "a zip archive or a spreadsheet"),
        ("a,bought\n1,1\n2,0\n", {"order": "bought"}, "target and order are the same column 'bought'"),
    ],
)  # fmt: skip
def test_a_mistake_is_one_line_and_nothing_is_written(
    tmp_path: Path, content: str | bytes, said: dict[str, object], message: str
) -> None:
    assert message in complaint(tmp_path, content, **said)


def test_only_inputs_of_one_value_leave_nothing_to_train_on(tmp_path: Path) -> None:
    init(tmp_path, "a,bought\n1,1\n1,0\n")
    shop = load_any(tmp_path / "shop.toml")
    assert isinstance(shop, TableShop)
    with pytest.raises(WillbuyError, match="no input is declared"):
        read_table(shop)


def test_nothing_is_written_over(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text("a,bought\n1,1\n2,0\n", encoding="utf-8")
    (tmp_path / "shop.toml").write_text("mine", encoding="utf-8")
    with pytest.raises(WillbuyError, match=r"is there already.*--force"):
        init_table(tmp_path / "t.csv", "bought", tmp_path / "shop.toml")
    assert (tmp_path / "shop.toml").read_text(encoding="utf-8") == "mine"


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["--target", "bought"], 0, "Wrote shop.toml. Read it, then run: willbuy train"),
        (["--target", "bought", "--within", "7d"], 2, "--target is of a table, --within of a log of events."),
        (["--id", "a"], 2, "--id is of a table: say with --target which column tells who bought."),
        (["--target", "x"], 2, "no column 'x' to be the target."),
    ],
)
def test_the_command(tmp_path: Path, arguments: list[str], code: int, said: str) -> None:
    (tmp_path / "t.csv").write_text("a,b,bought\n1,5,1\n2,6,0\n", encoding="utf-8")
    done = subprocess.run([sys.executable, "-m", "willbuy", "init", "t.csv", *arguments], cwd=tmp_path,
                          capture_output=True, text=True, check=False)  # fmt: skip
    assert done.returncode == code
    output = done.stdout if code == 0 else done.stderr
    assert said in output
    assert code == 0 or output.count("\n") == 1
