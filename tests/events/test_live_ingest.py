"""Live events as a source of the log: each once, whatever files hold too, in whatever order, under whatever mapping."""

import itertools
from collections import Counter
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from events.live_rows import Lines, live_row
from events.shops import HEADER, SOURCE, events, shop_at, some_rows, tables, write_log
from willbuy.errors import ShopError, SourceError
from willbuy.events.ingest import IngestResult, ingest, ingest_live
from willbuy.hashed_ids import open_hasher
from willbuy.shop import Shop
from willbuy.warehouse import open_warehouse
from willbuy.warehouse.layout import Layout
from willbuy.warehouse.ledger import Ledger
from willbuy.warehouse.profile import profile

ROWS = some_rows(400)
ROW = "u1,2024-03-01 10:00:00,view,a,1.50,1"
WITH_ID = {**SOURCE["columns"], "event_id": "id"}


def counts(result: IngestResult) -> tuple[int, int, int, int]:
    assert result.read == result.accepted + result.rejected + result.duplicates
    return result.read, result.accepted, result.rejected, result.duplicates


def query(shop: Shop, sql: str) -> list[tuple[Any, ...]]:
    with open_warehouse(shop) as warehouse:
        return warehouse.rows(sql)


def agree(shop: Shop) -> None:
    """The ledger's account of every source agrees with silver and `rejected`, and all buckets have the same columns."""
    with open_warehouse(shop) as warehouse:
        events = dict(warehouse.rows("SELECT source, count(*) FROM events GROUP BY source"))
        refused = dict(warehouse.rows("SELECT source, count(*) FROM rejected GROUP BY source"))
        files = [str(path) for path in warehouse.event_files.values()]
        shapes = {
            tuple(name for name, *_ in warehouse.rows(f"DESCRIBE FROM read_parquet('{file}')"))
            for file in files
        }
        alone = warehouse.rows(
            "SELECT count(*) FROM (SELECT count(*) AS n, min(alone) AS a FROM events GROUP BY entity_key) "
            "WHERE (n = 1) <> a"
        )
    assert len(shapes) == 1
    assert alone == [(0,)]
    with Ledger(Layout(shop.home).ledger, read_only=True) as ledger:
        for row in ledger.sources("done"):
            assert row.read == row.accepted + row.rejected + row.duplicates
            assert (events.get(row.source, 0), refused.get(row.source, 0)) == (row.accepted, row.rejected)
            assert sum(ledger.rejections().get(row.source, {}).values()) == row.rejected


def test_live_events_alone(tmp_path: Path) -> None:
    shop = shop_at(tmp_path)
    live = Lines.of(ROWS)
    assert counts(ingest_live(shop, live)) == (400, 400, 0, 0)
    [first, *_] = query(shop, "SELECT source, path, format FROM sources")
    assert first == (1, "live:1-400", "live")
    assert query(shop, "SELECT count(*) FROM events WHERE received = time + INTERVAL 2 SECOND") == [(400,)]
    agree(shop)


def test_they_are_what_a_file_of_them_is(tmp_path: Path) -> None:
    (tmp_path / "file").mkdir()
    file = shop_at(tmp_path / "file", files=["a.csv"])
    write_log(tmp_path / "file" / "a.csv", ROWS)
    ingest(file)
    live = shop_at(tmp_path / "live")
    ingest_live(live, Lines.of(ROWS))
    assert [row[:8] for row in events(live)] == [row[:8] for row in events(file)]
    assert [row[10] for row in events(live)] == [
        row[10] for row in events(file)
    ]  # what the shop calls the kind


def test_only_what_is_new_is_read(tmp_path: Path) -> None:
    shop = shop_at(tmp_path)
    assert counts(ingest_live(shop, Lines([]))) == (0, 0, 0, 0)
    assert counts(ingest_live(shop, Lines.of(ROWS[:150]))) == (150, 150, 0, 0)
    before = tables(shop)
    assert counts(ingest_live(shop, Lines.of(ROWS[:150]))) == (0, 0, 0, 0)
    assert tables(shop) == before
    assert counts(ingest_live(shop, Lines.of(ROWS))) == (250, 250, 0, 0)
    assert query(shop, "SELECT path FROM sources") == [("live:1-150",), ("live:151-400",)]
    with Ledger(Layout(shop.home).ledger, read_only=True) as ledger:
        assert [row.source for row in ledger.live_sources()] == [1, 2]
    agree(shop)


def test_numbers_may_be_missing(tmp_path: Path) -> None:
    """A visitor who was erased leaves gaps, at the ends too."""
    shop = shop_at(tmp_path)
    rows = Lines.of(ROWS).rows
    assert counts(ingest_live(shop, Lines(rows[10:90:3]))) == (27, 27, 0, 0)
    assert counts(ingest_live(shop, Lines(rows[200:210]))) == (10, 10, 0, 0)
    assert len(events(shop)) == 37


@pytest.mark.parametrize("other", ["shorter", "of other events"])
def test_another_store_is_refused(other: str, tmp_path: Path) -> None:
    """A store that was put back from an older copy numbers anew what was read before."""
    shop = shop_at(tmp_path)
    ingest_live(shop, Lines.of(ROWS[:100]))
    before = tables(shop)
    live = Lines.of(ROWS[:50]) if other == "shorter" else Lines.of([*ROWS[:50], *ROWS[200:300]])
    with pytest.raises(SourceError, match="another store's, or an older copy"):
        ingest_live(shop, live)
    assert tables(shop) == before


def in_order(folder: Path, steps: list[tuple[str, Any]], **source: Any) -> Shop:
    folder.mkdir()
    shop = shop_at(folder, **source)
    for name, what in steps:
        result = ingest_live(shop, what) if name == "live" else ingest(shop, [str(what)])
        counts(result)
        if result.entities:
            agree(shop)
    return shop


def test_a_file_that_holds_them_too(tmp_path: Path) -> None:
    """The nightly file has the same events, and more: in any order the log is the same, and the live ones are kept."""
    night = write_log(tmp_path / "night.csv", ROWS)
    live = Lines.of(ROWS[100:200], late=60)
    orders = list(itertools.permutations([("live", live), ("file", night)]))
    shops = [in_order(tmp_path / str(number), list(order)) for number, order in enumerate(orders)]
    pictures = [events(shop) for shop in shops]
    assert pictures[0] == pictures[1]
    assert len(pictures[0]) == 400
    assert sum(row[9] is not None for row in pictures[0]) == 100
    accounts = [query(shop, "SELECT format, accepted, duplicates FROM sources ORDER BY 1") for shop in shops]
    assert accounts == [[("csv", 300, 100), ("live", 100, 0)]] * 2


def test_the_same_moment_twice(tmp_path: Path) -> None:
    """Three equal rows of a file and two equal live events are three events, however they come and come again."""
    night = write_log(tmp_path / "night.csv", [ROW] * 3)
    more = write_log(tmp_path / "more.csv", [ROW] * 4)
    one, two = Lines.of([ROW]), Lines.of([ROW] * 2)
    for number, (steps, expected) in enumerate([
        ([("live", two), ("file", night)], 3),
        ([("file", night), ("live", two)], 3),
        ([("live", one), ("file", night), ("live", two)], 3),
        ([("file", night), ("live", one), ("live", two), ("file", more)], 4),
        ([("live", one), ("file", night), ("file", more), ("live", two)], 4),
    ]):  # fmt: skip
        shop = in_order(tmp_path / str(number), steps)
        assert query(shop, "SELECT count(*) FROM events") == [(expected,)]
        live = sum(1 for name, what in steps if what is two) and 2
        assert query(shop, "SELECT count(received) FROM events") == [(live,)]


def test_a_file_of_live_events_is_no_change_of_form(tmp_path: Path) -> None:
    """The doctor asks whether more rows came twice than in the last run: those that came live do not count."""
    night = write_log(tmp_path / "night.csv", [*ROWS[100:200], *ROWS[:30], *ROWS[:30]])
    shop = in_order(tmp_path / "shop", [("live", Lines.of(ROWS[100:200])), ("file", night)])
    with open_warehouse(shop) as warehouse:
        assert profile(warehouse)["account"] == {"read": 260, "accepted": 160, "rejected": 0, "duplicates": 0}
    more = write_log(tmp_path / "more.csv", ROWS[:30])
    ingest(shop, [str(more)])
    with open_warehouse(shop) as warehouse:
        assert profile(warehouse)["account"]["duplicates"] == 30


@pytest.mark.parametrize("with_ids", [False, True])
def test_history_that_is_sent_again_does_not_become_late(with_ids: bool, tmp_path: Path) -> None:
    """What a file knew when it ended is known from then on: years later, the same events through the door change nothing."""
    lines = [f"{row},e{number}" if with_ids else row for number, row in enumerate(ROWS[:200])]
    night = write_log(tmp_path / "night.csv", lines, HEADER + ",id" * with_ids)
    years = 3 * 365 * 86_400
    again = [
        live_row(n, row, f"e{n - 1}", late=years if n <= 50 else 60) for n, row in enumerate(ROWS[:100], 1)
    ]
    source = {"columns": WITH_ID} if with_ids else {}
    for number, steps in enumerate(itertools.permutations([("live", Lines(again)), ("file", night)])):
        shop = in_order(tmp_path / str(number), list(steps), **source)
        late = "SELECT count(*), count(received), max(received - time) FROM events"
        assert query(shop, late) == [(200, 50, timedelta(seconds=60))]
        ingest(shop, [str(write_log(tmp_path / "more.csv", lines[:80], HEADER + ",id" * with_ids))])
        assert query(shop, late) == [(200, 50, timedelta(seconds=60))]


SMALL = st.lists(st.sampled_from([ROW, ROW.replace("view", "cart"), ROW.replace("u1", "u2")]), max_size=4)


@settings(max_examples=3, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(files=st.lists(SMALL.filter(bool), min_size=1, max_size=2), live=SMALL, data=st.data())
def test_what_a_log_amounts_to_does_not_depend_on_the_order(
    files: list[list[str]], live: list[str], data: st.DataObject, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Of each content: as many events as the source that holds most of it says."""
    _any_order(files, live, data, tmp_path_factory.mktemp("orders"))


def _any_order(files: list[list[str]], live: list[str], data: st.DataObject, folder: Path) -> None:
    cut = data.draw(st.integers(0, len(live)))
    steps: list[tuple[str, Any]] = [
        ("file", write_log(folder / f"{number}.csv", rows)) for number, rows in enumerate(files)
    ]
    steps = data.draw(st.permutations([*steps, ("live", cut), ("live", len(live))]))
    reached = 0
    for number, (name, what) in enumerate(steps):
        if name == "live":  # the store only grows
            reached = max(reached, what)
            steps[number] = ("live", Lines.of(live[:reached]))
    shop = in_order(folder / "shop", steps)
    expected = Counter(live)
    for rows in files:
        expected |= Counter(rows)
    found = query(
        shop,
        "SELECT kind_name, entity, count(*), count(received) FROM events JOIN entities USING (entity_key) GROUP BY ALL",
    )
    assert {(kind, who): n for kind, who, n, _ in found} == {
        (row.split(",")[2], row.split(",")[0]): n for row, n in expected.items()
    }
    assert sum(known for *_, known in found) == len(live)


@pytest.mark.gate
@settings(max_examples=300, deadline=None)
@given(files=st.lists(SMALL.filter(bool), min_size=1, max_size=3), live=SMALL, data=st.data())
def test_the_same_of_many_orders(
    files: list[list[str]], live: list[str], data: st.DataObject, tmp_path_factory: pytest.TempPathFactory
) -> None:
    _any_order(files, live, data, tmp_path_factory.mktemp("orders"))


def test_with_event_ids(tmp_path: Path) -> None:
    """The same id is the same event; with another content the live one is believed, and the file's row refused."""
    rows = [f"{row},e{number}" for number, row in enumerate(ROWS[:50])]
    rows[7] = rows[7].replace(ROWS[7], "u9,2024-03-01 00:00:00,buy,i1,5.00,1")
    rows[9] = rows[9].replace(",e9", ",")
    night = write_log(tmp_path / "night.csv", rows, HEADER + ",id")
    mine = ["u9,2024-03-01 00:00:00,view,i1,5.00,1" if n == 7 else row for n, row in enumerate(ROWS[:20])]
    live = Lines(live_row(seq, row, f"e{seq - 1}", 5) for seq, row in enumerate(mine, 1))
    pictures = []
    for number, steps in enumerate(itertools.permutations([("live", live), ("file", night)])):
        shop = in_order(tmp_path / str(number), list(steps), columns=WITH_ID)
        pictures.append(events(shop))
        refused = query(
            shop, "SELECT s.format, r.line, r.rule, r.value FROM rejected r JOIN sources s USING (source)"
        )
        assert refused == [("csv", 9, "event_id_conflict", "e7")]
        accounts = query(shop, "SELECT format, accepted, rejected, duplicates FROM sources ORDER BY 1")
        assert accounts == [("csv", 30, 1, 19), ("live", 20, 0, 0)]
    assert pictures[0] == pictures[1]


def test_a_changed_mapping_types_them_anew(tmp_path: Path) -> None:
    """The shop's file has other columns now: live events are what they were, and money follows `currency_digits`."""
    shop = shop_at(tmp_path)
    write_log(tmp_path / "a.csv", ROWS[:30])
    ingest(shop, [str(tmp_path / "a.csv")])
    ingest_live(shop, Lines.of(ROWS[20:60]))
    before = events(shop)
    kinds = {"view": ["view"], "cart": ["cart"], "other": ["buy"]}
    changed = shop_at(
        tmp_path,
        columns={"entity": "user", "time": "ts", "kind": "what", "item": "price"},
        kinds=kinds,
        currency_digits=3,
    )
    assert counts(ingest_live(changed, Lines.of(ROWS[20:60]))) == (0, 0, 0, 0)
    agree(changed)
    live = query(
        changed, "SELECT count(*), sum(price), min(kind_name) FROM events WHERE received IS NOT NULL"
    )
    assert live == [(40, 10 * sum(row[5] for row in before if row[9]), "buy")]
    assert ingest_live(shop, Lines.of(ROWS[20:60])).read == 0
    assert events(shop) == before
    agree(shop)


def test_a_later_file_finds_live_events(tmp_path: Path) -> None:
    """Files go on being ingested after live events, with the columns that those have."""
    shop = shop_at(tmp_path)
    write_log(tmp_path / "a.csv", ROWS[:100])
    write_log(tmp_path / "b.csv", ROWS[50:300])
    assert counts(ingest(shop, [str(tmp_path / "a.csv")])) == (100, 100, 0, 0)
    assert counts(ingest_live(shop, Lines.of(ROWS[90:120]))) == (30, 30, 0, 0)
    assert counts(ingest(shop, [str(tmp_path / "b.csv")])) == (250, 180, 0, 70)
    agree(shop)
    assert len(events(shop)) == 300


def test_a_shop_without_items_takes_live_ones(tmp_path: Path) -> None:
    columns = {"entity": "user", "time": "ts", "kind": "what"}
    shop = shop_at(tmp_path, columns=columns)
    write_log(tmp_path / "a.csv", ROWS[:40])
    ingest(shop, [str(tmp_path / "a.csv")])
    assert counts(ingest_live(shop, Lines.of(ROWS[30:60]))) == (30, 30, 0, 0)
    agree(shop)
    assert query(shop, "SELECT count(*), count(item_key), count(price) FROM events") == [(60, 30, 30)]


def test_where_ids_are_hashed_both_sides_hold_hashes(tmp_path: Path) -> None:
    """P1: the service stores hashes; they are those of the file's rows, and are not hashed a second time."""
    shop = shop_at(tmp_path, hash_ids=True)
    hasher = open_hasher(shop)
    assert hasher is not None
    write_log(tmp_path / "a.csv", ROWS[:60])
    ingest(shop, [str(tmp_path / "a.csv")])
    rows = [row._replace(entity=hasher.entity(row.entity)) for row in Lines.of(ROWS[40:80]).rows]
    assert counts(ingest_live(shop, Lines(rows))) == (40, 40, 0, 0)
    assert len(events(shop)) == 80
    agree(shop)
    plain = shop_at(tmp_path)
    with pytest.raises(ShopError, match="hash_ids"):
        ingest_live(plain, Lines(rows))


def test_a_row_that_breaks_a_rule_is_accounted_for(tmp_path: Path) -> None:
    """There are none in principle: the door refused them. If the store holds one, it is refused by name."""
    shop = shop_at(tmp_path)
    rows = Lines.of(ROWS[:10]).rows
    rows[3] = rows[3]._replace(kind="stare")
    rows[5] = rows[5]._replace(entity="")
    rows[7] = rows[7]._replace(received=0)
    rows[9] = rows[9]._replace(received=rows[9].time - 301_000_000)
    result = ingest_live(shop, Lines(rows))
    assert counts(result) == (10, 6, 4, 0)
    assert set(result.rejected_by_rule) == {
        "kind_unknown", "entity_missing", "received_out_of_range", "time_after_received",
    }  # fmt: skip
    agree(shop)
