"""Rows on their way to bronze: hashed entities, erased visitors, and every other field as it was (P1)."""

import json
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from events.shops import shop_at
from willbuy.errors import ShopError, SourceError
from willbuy.events import presets
from willbuy.events.blocks import block_of
from willbuy.events.bronze import write_block
from willbuy.events.fields import RawShape
from willbuy.events.guarding import Guard, refuse_rules_on_ids, told_without_rows
from willbuy.events.json_member import json_replaced, register_member, replace_member
from willbuy.events.rules import RULES
from willbuy.events.typed import RowPlan, typed
from willbuy.hashed_ids import Hasher, Suppression
from willbuy.shop import Source

HASHER = Hasher(b"0123456789abcdef0123456789abcdef", ".0")
COLUMNS = ("ts", "user", "what", "item", "price")
DECLARED: dict[str, Any] = {
    "columns": {"entity": "user", "time": "ts", "kind": "what", "item": "item", "price": "price"},
    "kinds": {"view": ["view"]},
    "time": {"unit": "ms"},
    "drop_suffix": {"entity": ".0"},
}


def read(
    lines: list[str], form: str, guard: Guard | None, delimiter: str = ",", **changed: Any
) -> list[dict[str, Any]]:
    """The rows as they are typed from bronze, with their raw text."""
    hashed = guard is not None and guard.hasher is not None
    source = presets.resolve(Source(**(DECLARED | changed), hash_ids=hashed))
    plan = RowPlan(RawShape(form, COLUMNS if form == "csv" else (), delimiter), source)
    block = block_of("".join(f"{line}\n" for line in lines).encode("utf-8", "surrogatepass"), 1, 0)
    with TemporaryDirectory() as folder, duckdb.connect() as engine:
        engine.execute("SET threads = 1")
        bronze = Path(folder) / "part.parquet"

        def guarded(rows: str) -> str:
            return guard.rows(engine, plan, block.quotes, rows) if guard else rows

        write_block(engine, block, bronze, Path(folder) / "scratch.txt", guarded, private=hashed)
        fields = [f"{field}_text" for field in plan.mapped]
        sql = f"SELECT line, rule, raw, {', '.join(fields)} FROM ({typed(plan, repr(str(bronze)), 1, block.quotes)})"
        found = engine.execute(f"{sql} ORDER BY line")
        names = [column[0] for column in found.description or ()]
        return [dict(zip(names, row, strict=True)) for row in found.fetchall()]


def same_but_for_the_entity(lines: list[str], form: str, **changed: Any) -> None:
    with TemporaryDirectory() as home:
        guard = Guard(HASHER, Suppression(Path(home)))
        plain, hashed = read(lines, form, None, **changed), read(lines, form, guard, **changed)
    assert [row["line"] for row in plain] == [row["line"] for row in hashed]
    for before, after in zip(plain, hashed, strict=True):
        assert before["rule"] == after["rule"], before
        if after["raw"] in ("", "{}") and before["raw"] != after["raw"]:
            assert before["rule"], "only a refused row loses its text"
            continue
        entity = before["entity_text"]
        assert after["entity_text"] == (None if entity is None else HASHER.hash(entity)), before
        for name in ("time_text", "kind_text", "item_text", "price_text"):
            assert before[name] == after[name], before


FIELD = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\n\r"), max_size=6)
ODD = st.sampled_from(
    ["", '"', 'a"b', '""', ",", ";", "a,b", " ", "\t", "é", "1.0", "x.0", ".0", "\\", "\x01", "0"]
)


@settings(max_examples=25, deadline=None)
@given(
    st.lists(st.lists(FIELD | ODD, min_size=4, max_size=6), min_size=1, max_size=12), st.sampled_from(",;\t|")
)
def test_a_csv_row_reads_the_same_but_for_its_entity(rows: list[list[str]], delimiter: str) -> None:
    def written(field: str, careful: bool) -> str:
        return '"' + field.replace('"', '""') + '"' if careful else field

    lines = [
        delimiter.join(written(field, (len(row) + number) % 3 == 0) for number, field in enumerate(row))
        for row in rows
    ]
    same_but_for_the_entity(lines, "csv", delimiter=delimiter)


@settings(max_examples=8, deadline=None)
@given(st.lists(st.lists(st.sampled_from(["12", "a", "7.0", '"']), min_size=4, max_size=6), min_size=1))
def test_columns_by_blanks_read_the_same(rows: list[list[str]]) -> None:
    same_but_for_the_entity(["  " + "   ".join(row) for row in rows], "csv", delimiter="spaces")


def escaped(text: str, all_of_it: bool) -> str:
    return '"' + "".join(f"\\u{ord(c):04x}" for c in text) + '"' if all_of_it else json.dumps(text)


SIMPLE = (
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | FIELD | ODD
)
ANY = (
    SIMPLE
    | st.lists(SIMPLE, max_size=2)
    | st.dictionaries(st.sampled_from(["user", "b"]), SIMPLE, max_size=2)
)
NAMES = st.sampled_from(["user", "user", "ts", "what", "item", "price", "note", 'a"user', "us"])


@settings(max_examples=25, deadline=None)
@given(st.lists(st.lists(st.tuples(NAMES, ANY, st.booleans()), max_size=6), min_size=1, max_size=12))
def test_a_json_line_reads_the_same_but_for_its_entity(rows: list[list[tuple[str, Any, bool]]]) -> None:
    """Names and ids with any escape, names given twice, nested ones, blanks anywhere."""
    lines = []
    for row in rows:
        members = [
            f"{escaped(name, odd and name.isalpha() and name.isascii())} : {json.dumps(value, ensure_ascii=odd)}"
            for name, value, odd in row
        ]
        lines.append("{" + " , ".join(members) + "}")
    same_but_for_the_entity(lines, "jsonl")


@settings(max_examples=150, deadline=None)
@given(st.lists(st.tuples(NAMES, ANY, st.booleans()), max_size=6))
def test_every_member_of_the_name_is_replaced_and_nothing_else(members: list[tuple[str, Any, bool]]) -> None:
    written = [(escaped(name, odd and name.isalpha()), json.dumps(value)) for name, value, odd in members]
    raw = "{" + ", ".join(f"{name}: {value}" for name, value in written) + "}"
    wanted = [
        f'{name}: "NEW"' if known == "user" else f"{name}: {value}"
        for (name, value), (known, *_) in zip(written, members, strict=True)
    ]
    assert replace_member(raw, "user", "NEW") == "{" + ", ".join(wanted) + "}"


@pytest.mark.parametrize(
    "raw",
    [
        '{"user":"ann@x.org"}',
        '{"user" :\t12345678901234567890 ,"a":[1]}',
        '{"a":{"user":1},"user":"ann@x.org"}',
        '{"\\u0075ser":"ann@x.org","user":"ann@x.org"}',
        '{"user":"ann@x.org","user":"ann@x.org"}',
        '{"user":null,"user":"ann@x.org"}',
        '{"user":"a\\"nn@x.org\\u0041"}',
        '{"say":"\\"user\\":5","user":"ann@x.org"}',
    ],
)
def test_no_id_is_left_in_a_json_line(raw: str) -> None:
    """P1: the engine's quick way and the scanner's slow one."""
    with duckdb.connect() as engine:
        register_member(engine)
        register_member(engine)
        sql = json_replaced("user", "json_extract_string(raw, '/user')")
        engine.execute("CREATE TABLE t AS SELECT ? AS raw", [raw])
        hashed = sql.replace(
            "json_extract_string(raw, '/user')", "nullif(md5(json_extract_string(raw, '/user')), '')"
        )
        after = engine.execute(f"SELECT {hashed} FROM t").fetchall()[0][0]
    assert "ann" not in after and "12345678901234567890" not in after
    assert json.loads(after).keys() == json.loads(raw).keys()


def test_a_row_refused_as_a_whole_keeps_its_reason_alone(tmp_path: Path) -> None:
    guard = Guard(HASHER, Suppression(tmp_path))
    lines = ["1,ann", '1,ann,"view', "1,ann,view,i,1,2", "1,an\x00n,view,i,1"]
    lines += ["1709287200000," + "ann" * 400 + ",view,i,1", "x" + "a" * (1 << 20)]
    rows = read(lines, "csv", guard)
    names = [RULES[row["rule"] - 1].name for row in rows]
    assert names == ["columns", "quote", "columns", "nul", "id_too_long", "line_too_long"]
    assert not any("ann" in str(row) for row in rows)
    rows = read(['{"user":1.5}', '{"user":["ann"]}', '"ann"', '{"user":"an\\u0000n"}'], "jsonl", guard)
    assert [RULES[row["rule"] - 1].name for row in rows] == ["id_is_float", "nested", "json", "nul"]
    assert {row["raw"] for row in rows} == {"{}"}


@pytest.mark.parametrize("hasher", [None, HASHER])
def test_rows_of_an_erased_visitor_are_not_kept(tmp_path: Path, hasher: Hasher | None) -> None:
    """P2: the next file does not bring them back, whatever else is wrong with the row."""
    guard = Guard(hasher, Suppression(tmp_path))
    assert guard.needed == (hasher is not None)
    for name in ("12", "ann"):
        guard.suppression.add(hasher.hash(name) if hasher else name)
    when = "1709287200000"
    lines = [
        f"{when},12.0,view,i,1",
        f"{when},bob,view,i,1",
        "",
        "x,ann,look,i,free",
        f"{when},anna,view,i,1",
    ]
    rows = read(lines, "csv", guard)
    assert [(row["line"], RULES[row["rule"] - 1].name if row["rule"] else "") for row in rows] == [
        (1, "erased"),
        (2, ""),
        (4, "erased"),
        (5, ""),
    ]
    assert [row["raw"] for row in rows if row["rule"]] == ["", ""]
    expected = [hasher.hash(name) if hasher else name for name in ("bob", "anna")]
    assert [row["entity_text"] for row in rows if not row["rule"]] == expected


def test_a_rule_on_the_ids_column_is_refused_with_hashed_ids(tmp_path: Path) -> None:
    rule = {"column": "user", "starts_with": "C", "kind": "other", "name": "cancellation"}
    refuse_rules_on_ids(presets.resolve(shop_at(tmp_path, rules=[rule]).source))
    with pytest.raises(ShopError, match="the column of the entity"):
        refuse_rules_on_ids(presets.resolve(shop_at(tmp_path, rules=[rule], hash_ids=True).source))


def test_what_the_engine_says_of_a_row_is_not_told() -> None:
    with pytest.raises(SourceError) as caught, told_without_rows(True, "lines from 1 on"):
        raise duckdb.ConversionException("could not read 'ann@x.org'")
    assert "ann" not in str(caught.value) and caught.value.__cause__ is None
    assert caught.value.__suppress_context__
    with pytest.raises(duckdb.ConversionException), told_without_rows(False, ""):
        raise duckdb.ConversionException("could not read 'ann@x.org'")
