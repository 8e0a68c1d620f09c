"""Live events into a log on PostgreSQL: after every step each table is the one that DuckDB has."""

import itertools
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from events.live_rows import Lines, live_row
from events.postgres.twins import assert_twins, twin
from events.shops import HEADER, shop_at, some_rows, write_log
from events.test_live_ingest import ROW, ROWS, WITH_ID
from postgres import fresh_schema
from willbuy.errors import SourceError
from willbuy.events.ingest import ingest, ingest_live
from willbuy.events.rebuild import rebuild
from willbuy.shop import Shop

YEARS = 3 * 365 * 86_400


class Pair:
    """The same shop on both engines; what one does the other does, and all is compared."""

    def __init__(self, folder: Path, url: str, schema: str, **source: Any) -> None:
        folder.mkdir(exist_ok=True)
        self.folder, self.url, self.schema = folder, url, schema
        self.declare(**source)

    def declare(self, **source: Any) -> None:
        """The shop file says this of the source from now on."""
        self.shops: tuple[Shop, Shop] = (
            shop_at(self.folder, **source), twin(self.folder, self.url, self.schema, **source),
        )  # fmt: skip

    def take(self, what: Lines | Path) -> dict[str, Any]:
        """Ingest live events, or a file."""
        accounts = []
        for shop in self.shops:
            result = ingest_live(shop, what) if isinstance(what, Lines) else ingest(shop, [str(what)])
            assert result.read == result.accepted + result.rejected + result.duplicates
            accounts.append({**result.to_json(), "seconds": 0})
        assert accounts[0] == accounts[1]
        if accounts[0]["entities"]:  # else nothing was ever ingested, and there is nothing to open
            assert_twins(self.shops[0], self.url, self.schema)
        return accounts[0]

    def rebuild(self) -> None:
        """Make all tables anew on both sides."""
        assert [rebuild(shop).same for shop in self.shops] == [True, True]
        assert_twins(self.shops[0], self.url, self.schema)


@pytest.fixture
def pair(tmp_path: Path, postgres_url: str, postgres_schema: str) -> Pair:
    return Pair(tmp_path, postgres_url, postgres_schema)


def test_live_events_alone_and_only_what_is_new(pair: Pair) -> None:
    assert pair.take(Lines.of(ROWS[:150]))["accepted"] == 150
    assert pair.take(Lines.of(ROWS[:150]))["read"] == 0
    assert pair.take(Lines(Lines.of(ROWS).rows[:390:3]))["read"] == 80  # numbers may be missing
    pair.rebuild()


def test_files_and_live_events_in_turn(pair: Pair) -> None:
    """What live events replace of a file, and what a file says again, with kinds that the shop file does not know any more."""
    rows = some_rows(900, people=60)
    first = write_log(pair.folder / "a.csv", [*rows[:400], *rows[100:140], "u1,never,view,a,,"])
    pair.take(first)
    pair.take(Lines.of(rows[300:600], late=60))
    night = write_log(pair.folder / "b.csv", [*rows[350:800], *rows[390:420]])
    pair.take(night)
    pair.take(Lines.of(rows[300:900], late=60))
    assert pair.take(first)["files"][0]["skipped"]
    pair.rebuild()
    kinds = {"view": ["view"], "other": ["cart", "buy"]}
    pair.declare(kinds=kinds, currency_digits=3)
    pair.take(write_log(pair.folder / "c.csv", rows[850:]))
    pair.rebuild()


@pytest.mark.parametrize("order", list(itertools.permutations([0, 1])))
def test_event_ids(tmp_path: Path, postgres_url: str, postgres_schema: str, order: Sequence[int]) -> None:
    """Another content of the same id: the live one is believed, whichever came first; also where the file's row has none."""
    pair = Pair(tmp_path, postgres_url, postgres_schema, columns=WITH_ID)
    rows = [f"{row},e{number}" for number, row in enumerate(ROWS[:60])]
    rows[7] = rows[7].replace(ROWS[7], "u9,2024-03-01 00:00:00,buy,i1,5.00,1")
    rows[9] = rows[9].replace(",e9", ",")
    mine = ["u9,2024-03-01 00:00:00,view,i1,5.00,1" if n == 7 else row for n, row in enumerate(ROWS[:20])]
    steps = [
        write_log(tmp_path / "night.csv", [*rows, rows[30]], HEADER + ",id"),
        Lines(live_row(seq, row, f"e{seq - 1}", YEARS if seq < 5 else 5) for seq, row in enumerate(mine, 1)),
    ]
    found = [pair.take(steps[number]) for number in order]
    assert sum(one["rejected_by_rule"].get("event_id_conflict", 0) for one in found) == (order == (1, 0))
    pair.take(write_log(tmp_path / "more.csv", rows[:10], HEADER + ",id"))
    pair.rebuild()


@pytest.mark.parametrize("order", list(itertools.permutations([0, 1])))
def test_history_that_is_sent_again(
    tmp_path: Path, postgres_url: str, postgres_schema: str, order: Sequence[int]
) -> None:
    """What a file knew when it ended is known from then on."""
    pair = Pair(tmp_path, postgres_url, postgres_schema)
    again = [live_row(n, row, f"e{n}", YEARS if n <= 50 else 60) for n, row in enumerate(ROWS[:100], 1)]
    steps = [write_log(tmp_path / "night.csv", ROWS[:200]), Lines(again)]
    for number in order:
        pair.take(steps[number])
    pair.take(write_log(tmp_path / "more.csv", ROWS[:80]))
    pair.rebuild()


def test_another_store_is_refused(pair: Pair) -> None:
    pair.take(Lines.of(ROWS[:100]))
    with pytest.raises(SourceError, match="another store's, or an older copy"):
        ingest_live(pair.shops[1], Lines.of([*ROWS[:50], *ROWS[200:300]]))
    assert_twins(pair.shops[0], pair.url, pair.schema)
    home = pair.shops[1].home / "postgres"
    assert not [path for path in home.rglob("*") if path.is_file()]


def test_rows_that_break_a_rule_and_a_shop_without_items(
    tmp_path: Path, postgres_url: str, postgres_schema: str
) -> None:
    pair = Pair(
        tmp_path, postgres_url, postgres_schema, columns={"entity": "user", "time": "ts", "kind": "what"}
    )
    pair.take(write_log(tmp_path / "a.csv", ROWS[:40]))
    rows = Lines.of(ROWS[30:60]).rows
    rows[3] = rows[3]._replace(kind="stare")
    rows[5] = rows[5]._replace(entity="")
    rows[7] = rows[7]._replace(received=0)
    assert pair.take(Lines(rows))["rejected"] == 3
    pair.rebuild()


SMALL = st.lists(
    st.tuples(st.sampled_from([ROW, ROW.replace("view", "cart"), ROW.replace("u1", "u2")]), st.sampled_from(["", "e1", "e2"])),
    max_size=4,
)  # fmt: skip


def any_order(
    folder: Path, admin: str, url: str, files: Sequence[Any], live: Sequence[Any], data: st.DataObject
) -> None:
    """Files and live events, some with ids, in any order: after each step both engines hold the same."""
    late = [data.draw(st.sampled_from([5, YEARS])) for _ in live]
    sent = [
        live_row(seq, row, f"{name or 'k'}{seq if not name else ''}", late[seq - 1])
        for seq, (row, name) in enumerate(live, 1)
    ]
    cut = data.draw(st.integers(0, len(sent)))
    texts = [[f"{row},{name}" for row, name in rows] for rows in files]
    steps: list[Any] = [write_log(folder / f"{n}.csv", rows, HEADER + ",id") for n, rows in enumerate(texts)]
    steps = data.draw(st.permutations([*steps, cut, len(sent)]))
    reached = 0
    with fresh_schema(admin) as schema:
        pair = Pair(folder, url, schema, columns=WITH_ID)
        for step in steps:
            if isinstance(step, int):  # the store only grows
                reached = max(reached, step)
                pair.take(Lines(sent[:reached]))
            else:
                pair.take(step)


@settings(max_examples=6, deadline=None, suppress_health_check=list(HealthCheck))
@given(files=st.lists(SMALL.filter(bool), min_size=1, max_size=2), live=SMALL.filter(bool), data=st.data())
def test_any_order_of_them(
    postgres_admin: str,
    postgres_url: str,
    files: Sequence[Any],
    live: Sequence[Any],
    data: st.DataObject,
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    any_order(tmp_path_factory.mktemp("orders"), postgres_admin, postgres_url, files, live, data)


@pytest.mark.gate
@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(files=st.lists(SMALL.filter(bool), min_size=1, max_size=3), live=SMALL.filter(bool), data=st.data())
def test_many_orders_of_them(
    postgres_admin: str,
    postgres_url: str,
    files: Sequence[Any],
    live: Sequence[Any],
    data: st.DataObject,
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    any_order(tmp_path_factory.mktemp("orders"), postgres_admin, postgres_url, files, live, data)
