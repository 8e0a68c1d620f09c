"""The reader of live events gives what ingest gives for the same row of JSON lines: the same event or the same rule."""

import itertools
import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from events.live.shops import KIND, SOUND, SOURCES, TIME, odd_values, shop_of
from willbuy.events import presets
from willbuy.events.fields import RawShape
from willbuy.events.ingest import ingest
from willbuy.events.live import EventReader, Refused
from willbuy.events.presets import ResolvedSource
from willbuy.events.rules import RULES
from willbuy.events.typed import RowPlan, kind_names, typed
from willbuy.shop import Shop
from willbuy.warehouse import open_warehouse

LATE = datetime(2100, 1, 2)
"""When everything was received: no time within the rules is in its future."""

FIELDS = (
    "n.entity, e.time, e.kind, e.kind_name, i.item, e.category, e.price, e.quantity, e.session, e.event_id"
)
ROW = tuple[str, ...] | str


def by_ingest(shop: Shop, lines: Sequence[str]) -> list[ROW]:
    """What ingest makes of each line: the fields of its event, or the rule that it breaks."""
    log = shop.folder / "log.jsonl"
    log.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    ingest(shop, [str(log)])
    with open_warehouse(shop) as warehouse:
        events = warehouse.rows(
            f"SELECT e.line, {FIELDS} FROM events AS e JOIN entities AS n USING (entity_key) "
            "LEFT JOIN items AS i USING (item_key)"
        )
        refused = warehouse.rows("SELECT line, rule FROM rejected")
    found: dict[int, Any] = {line: values for line, *values in events} | dict(refused)
    return [found.get(number, "nothing") for number in range(1, len(lines) + 1)]


def by_reader(shop: Shop, lines: Sequence[str]) -> list[ROW]:
    """What the reader makes of each line."""
    reader = EventReader(shop)
    return [_row(reader.read(json.loads(line), LATE)) for line in lines]


def _row(read: Any) -> Any:
    if isinstance(read, Refused):
        return read.rule
    e = read.event
    return [
        *(read.entity, e.time, e.kind, e.kind_name, e.item, e.category),
        *(e.price, e.quantity, e.session, read.event_id),
    ]


def sound(name: str, source: ResolvedSource, number: int) -> dict[str, str]:
    """A sound row: its columns with their values as JSON texts."""
    known = {**SOUND, "time": TIME.get(name, '"2015-06-02 05:02:12"'), "kind": KIND.get(name, '"view"')}
    known["event_id"] = f'"e{number}"'
    return {column: known[field] for field, column in source.columns.items()}


def line_of(row: Mapping[str, str]) -> str:
    return "{" + ", ".join(f"{json.dumps(column)}: {text}" for column, text in row.items()) + "}"


def shop_in(name: str, folder: Path) -> tuple[Shop, ResolvedSource]:
    folder.mkdir(parents=True)
    shop = shop_of(name, folder=folder)
    source = shop.source.model_copy(update={"format": "jsonl"})
    shop = shop.model_copy(update={"source": source})
    return shop, presets.resolve(source)


@pytest.mark.parametrize("name", SOURCES)
def test_one_odd_value_at_a_time(name: str, tmp_path: Path) -> None:
    """Each field of a sound row takes each odd value; or is not there; or two are odd at once."""
    shop, source = shop_in(name, tmp_path / "shop")
    lines = [line_of(sound(name, source, 0))]
    for field, column in source.columns.items():
        for value in odd_values(field):
            lines.append(line_of({**sound(name, source, len(lines)), column: value}))
        row = sound(name, source, len(lines))
        del row[column]
        lines.append(line_of(row))
    bad = ("null", "1.5", '"\\u0000"', "[]", json.dumps("x" * 1001), '"\\ud800"', "-1")
    for one, other in itertools.combinations(source.columns.values(), 2):  # the order of the rules
        for first, second in itertools.product(bad, bad):
            lines.append(line_of({**sound(name, source, len(lines)), one: first, other: second}))
    for value in ('"\\ud800"', '{"a": ["\\ud800"]}', '"\\u0000"', '{"\\ud800": 1}', "[[1]]"):
        lines.append(line_of({**sound(name, source, len(lines)), "colour": value}))
    _compare(shop, lines)


def _compare(shop: Shop, lines: Sequence[str]) -> None:
    expected, found = by_ingest(shop, lines), by_reader(shop, lines)
    differing = [
        (line[:300], of_ingest, of_reader)
        for line, of_ingest, of_reader in zip(lines, expected, found, strict=True)
        if of_ingest != of_reader and of_ingest not in ("nothing", "event_id_conflict")
    ]
    assert differing == []


@pytest.mark.parametrize("name", SOURCES)
@settings(max_examples=3, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_any_rows(name: str, data: st.DataObject, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Rows in which every field is sound or odd, so that the order of the rules shows."""
    _any_rows(name, data, tmp_path_factory.mktemp("any") / "shop")


def _any_rows(name: str, data: st.DataObject, folder: Path) -> None:
    shop, source = shop_in(name, folder)
    lines = []
    for number in range(12):
        row = sound(name, source, number)
        for field, column in source.columns.items():
            if data.draw(st.integers(0, 2)) == 0:
                row[column] = data.draw(_values(field))
        lines.append(line_of(row))
    assert by_query(shop.folder, source, lines) == by_reader(shop, lines)


def by_query(folder: Path, source: ResolvedSource, lines: Sequence[str]) -> list[ROW]:
    """What the query of an ingest makes of each line, without the rest of an ingest."""
    plan = RowPlan(RawShape("jsonl", ()), source)
    kinds = kind_names(source)
    texts = ("entity", "time", "kind_code", "item", "category", "price", "quantity", "session", "event_id")
    columns = [_column(name, plan) for name in texts]
    with duckdb.connect() as engine:
        engine.execute("SET TimeZone = 'UTC'")
        part = write_bronze(engine, folder / "part.parquet", lines)
        rows = engine.execute(
            f"SELECT rule, {', '.join(columns)} FROM ({typed(plan, part, 1, False)}) ORDER BY line"
        )
        found = rows.fetchall()
    return [
        RULES[rule - 1].name if rule else [entity, time, *reversed(kinds[code]), *rest]
        for rule, entity, time, code, *rest in found
    ]


def _column(name: str, plan: RowPlan) -> str:
    if name == "kind_code":
        return name
    if name not in plan.mapped:
        return "NULL"
    return name if name in ("time", "price", "quantity") else f"{name}_text"


def write_bronze(engine: duckdb.DuckDBPyConnection, target: Path, lines: Sequence[str]) -> str:
    """Write lines as a part of bronze; return SQL for its name."""
    engine.execute("CREATE TABLE bronze (raw VARCHAR, fault VARCHAR)")
    engine.executemany("INSERT INTO bronze VALUES (?, NULL)", [[line] for line in lines])
    engine.execute(f"COPY bronze TO '{target}' (FORMAT parquet)")
    return f"'{target}'"


def _values(field: str) -> st.SearchStrategy[str]:
    plain = st.one_of(
        st.text(max_size=8),
        st.integers(),
        st.floats(allow_nan=False, allow_infinity=False),
        st.from_regex(r"\A[-+]?[0-9]{0,16}[.]?[0-9]{0,5}\Z"),
        st.datetimes().map(str),
        st.datetimes(datetime(2000, 1, 1), datetime(2040, 1, 1)).map(lambda t: t.isoformat() + "+01:00"),
    )
    return st.one_of(st.sampled_from(odd_values(field)), plain.map(json.dumps))


@pytest.mark.gate
@pytest.mark.parametrize("name", SOURCES)
@settings(max_examples=300, deadline=None)
@given(data=st.data())
def test_any_of_many_rows(name: str, data: st.DataObject, tmp_path_factory: pytest.TempPathFactory) -> None:
    """The same with a hundred times as many rows."""
    _any_rows(name, data, tmp_path_factory.mktemp("many") / "shop")
