"""P2 and P3 where the log lies on a PostgreSQL server: gone from every table there, and all that is left as on DuckDB."""

import threading
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest

from events.live_rows import Lines
from events.postgres.twins import assert_twins, by_postgres, twin
from events.shops import shop_at, some_rows, write_log
from privacy.test_erase import ID, MOMENT, hits, rows_with
from willbuy import audit
from willbuy.events.ingest import ingest, ingest_live
from willbuy.events.postgres.server import server_of
from willbuy.events.rebuild import rebuild
from willbuy.hashed_ids import Suppression, entity_of
from willbuy.privacy.erase import erase
from willbuy.privacy.expire import expire
from willbuy.privacy.plan import pending
from willbuy.shop import Shop
from willbuy.warehouse.postgres.readers import read_along


def tables_that_say(url: str, schema: str, *needles: str) -> list[str]:
    """Tables of a schema that hold one of some texts anywhere."""
    with psycopg.connect(url, options=f"-c search_path={schema}") as connection:
        names = [
            name
            for (name,) in connection.execute(
                "SELECT relname FROM pg_class WHERE relnamespace = %s::regnamespace AND relkind IN ('r', 'p', 'v') ORDER BY 1",
                [schema],
            )
        ]
        return [
            f"{name}: {needle}"
            for name in names
            for needle in needles
            if connection.execute(
                f'SELECT 1 FROM "{name}" AS t WHERE STRPOS(t::text, %s) > 0 LIMIT 1'.encode(), [needle]
            ).fetchone()
        ]


def gold(url: str, schema: str) -> None:
    """Snapshots of everybody, as a training leaves them."""
    with psycopg.connect(url, options=f"-c search_path={schema}") as connection:
        connection.execute(
            "CREATE TABLE snapshots (entity_key bigint NOT NULL, anchor timestamp NOT NULL, label smallint) PARTITION BY RANGE (anchor)"
        )
        connection.execute("CREATE TABLE snapshots_1 PARTITION OF snapshots DEFAULT")
        connection.execute("INSERT INTO snapshots SELECT entity_key, '2024-03-02', 0 FROM entities")
        connection.execute(
            "CREATE VIEW customer_features AS SELECT entity, anchor FROM snapshots JOIN entities USING (entity_key)"
        )


def asked(url: str, schema: str, sql: str) -> list[tuple[Any, ...]]:
    with psycopg.connect(url, options=f"-c search_path={schema}") as connection:
        return connection.execute(sql.encode()).fetchall()


def both(folder: Path, url: str, schema: str, **source: Any) -> tuple[Shop, Shop]:
    return shop_at(folder, **source), twin(folder, url, schema, **source)


@pytest.mark.parametrize("hashed", [False, True])
def test_p2_no_table_holds_the_visitor(
    tmp_path: Path, postgres_url: str, postgres_schema: str, hashed: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """P2: refused lines, duplicates, an event id of two contents, live events, gold, and what an interrupted ingest had read."""
    monkeypatch.setenv("WILLBUY_ID_KEY", "the same key on both sides, of course")
    write_log(tmp_path / "a.csv", rows_with(count=1000))
    write_log(tmp_path / "b.csv", rows_with(seed=1, count=400) + rows_with(count=1000)[:100])
    shops = both(tmp_path, postgres_url, postgres_schema, hash_ids=hashed)
    entity = entity_of(shops[0], ID)
    live = Lines.of([*rows_with(count=1000)[900:960], *some_rows(30, seed=7)])
    live = Lines(row._replace(entity=entity_of(shops[0], row.entity)) for row in live.rows)
    for shop in shops:
        ingest(shop, [str(tmp_path / "a.csv"), str(tmp_path / "b.csv")])
        ingest_live(shop, live)
    gold(postgres_url, postgres_schema)
    assert_twins(shops[0], postgres_url, postgres_schema)
    write_log(tmp_path / "c.csv", rows_with(seed=3, count=200))
    interrupted(shops[1], tmp_path / "c.csv")
    assert len(tables_that_say(postgres_url, postgres_schema, entity)) > 5
    erased = [erase(shop, entity, MOMENT, "tester") for shop in shops]
    assert (erased[1].events, erased[1].raw) == (erased[0].events, erased[0].raw)
    assert tables_that_say(postgres_url, postgres_schema, ID, entity) == []
    assert hits(shops[1].home, ID, entity) == []
    assert_twins(shops[0], postgres_url, postgres_schema)
    known = asked(postgres_url, postgres_schema, "SELECT count(*) FROM entities")
    assert asked(postgres_url, postgres_schema, "SELECT count(*) FROM customer_features") == known
    assert asked(postgres_url, postgres_schema, "SELECT count(*) FROM snapshots") == known
    assert pending(shops[1].home) == [] and Suppression(shops[1].home).holds(entity)
    [line] = audit.lines(shops[1].home)
    assert (line.act, line.what) == ("erase", {"rows": erased[1].rows})
    for shop in shops:  # nothing brings them back
        ingest_live(shop, live)
        ingest(shop, [str(tmp_path / "c.csv")])
    assert_twins(shops[0], postgres_url, postgres_schema)
    assert [rebuild(shop).same for shop in shops] == [True, True]
    assert_twins(shops[0], postgres_url, postgres_schema)
    assert tables_that_say(postgres_url, postgres_schema, ID, entity) == []
    assert asked(postgres_url, postgres_schema, "SELECT count(*) FROM snapshots") == [(0,)]


def interrupted(shop: Shop, path: Path) -> None:
    def dies(done: int, whole: int | None, stage: str) -> None:
        if stage == "merging":
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        ingest(shop, [str(path)], dies)


def test_ids_of_any_spelling(tmp_path: Path, postgres_url: str, postgres_schema: str) -> None:
    """Quoted, escaped, with the ending that ids lose, within a longer one: their own lines and no others."""
    import json

    names = ["a\nb", 'a"b', "a,b", "é ü", "12", "x.0", "a\\b", "'; DROP TABLE x; --", "312", "121"]
    event = {"ts": "2024-03-01 10:00:00", "what": "view", "item": "a", "price": "1", "qty": "1"}
    rows = [json.dumps({"user": name, **event}, ensure_ascii=n % 2 == 0) for n, name in enumerate(names)]
    (tmp_path / "a.jsonl").write_text("\n".join([*rows, '{"user": "12", broken']) + "\n", encoding="utf-8")
    shops = both(tmp_path, postgres_url, postgres_schema, drop_suffix={"entity": ".0"})
    for shop in shops:
        ingest(shop, [str(tmp_path / "a.jsonl")])
    for name in names[:8]:
        found = [erase(shop, entity_of(shop, name), MOMENT, "tester") for shop in shops]
        assert found[0].events == found[1].events == 1
        assert found[0].raw == found[1].raw == 1 + (name == "12")
        assert_twins(shops[0], postgres_url, postgres_schema)


def test_who_was_never_seen_and_a_shop_without_a_log(
    tmp_path: Path, postgres_url: str, postgres_schema: str
) -> None:
    shop = twin(tmp_path, postgres_url, postgres_schema)
    assert erase(shop, "nobody", MOMENT, "tester").rows == 0
    assert expire(shop, MOMENT, "tester", days=1).events == 0
    assert asked(postgres_url, postgres_schema, "SELECT to_regclass('events')") == [(None,)]
    ingest(shop, [str(write_log(tmp_path / "a.csv", some_rows(200)))])
    before = by_postgres(postgres_url, postgres_schema)
    assert erase(shop, "nobody either", MOMENT, "tester").rows == 0
    assert by_postgres(postgres_url, postgres_schema) == before


def test_p3_what_is_too_old_is_gone(tmp_path: Path, postgres_url: str, postgres_schema: str) -> None:
    """P3: lines, events, visitors and their snapshots of before the limit; a rebuilding says the same."""
    rows = some_rows(4000)
    write_log(tmp_path / "a.csv", [*rows, "u1,2024-03-01 10:00:00,look,a,1,1", "u1,short"])
    write_log(tmp_path / "b.csv", [*rows[:1000], "old,2024-03-01 00:00:00,view,a,1,1"])
    shops = both(tmp_path, postgres_url, postgres_schema)
    for shop in shops:
        ingest(shop, [str(tmp_path / "a.csv"), str(tmp_path / "b.csv")])
        ingest_live(shop, Lines.of(rows[1500:1600]))
    gold(postgres_url, postgres_schema)
    limit = datetime(2024, 3, 1, 12)
    for _ in range(2):
        found = [expire(shop, limit + timedelta(days=5), "tester", days=5) for shop in shops]
        assert (found[0].raw, found[0].events) == (found[1].raw, found[1].events)
        assert_twins(shops[0], postgres_url, postgres_schema)
    assert found[1].raw == 0
    assert asked(postgres_url, postgres_schema, "SELECT count(*) FROM entities WHERE entity = 'old'") == [
        (0,)
    ]
    [(left,)] = asked(postgres_url, postgres_schema, "SELECT count(*) FROM snapshots")
    assert left == 50
    assert [rebuild(shop).same for shop in shops] == [True, True]
    assert_twins(shops[0], postgres_url, postgres_schema)
    assert {line.act for line in audit.lines(shops[1].home)} == {"expire"}


def test_expiring_waits_for_who_reads(tmp_path: Path, postgres_url: str, postgres_schema: str) -> None:
    shop = twin(tmp_path, postgres_url, postgres_schema)
    ingest(shop, [str(write_log(tmp_path / "a.csv", some_rows(300)))])
    before = by_postgres(postgres_url, postgres_schema)
    with psycopg.connect(
        postgres_url, options=f"-c search_path={postgres_schema}", autocommit=True
    ) as reader:
        read_along(reader)
        running = threading.Thread(target=expire, args=(shop, datetime(2024, 5, 1), "tester", 1))
        running.start()
        running.join(1.5)
        assert running.is_alive()
        assert by_postgres(postgres_url, postgres_schema) == before
    running.join(120)
    assert by_postgres(postgres_url, postgres_schema)["events"] == []


def test_an_erasure_waits_for_an_ingest(tmp_path: Path, postgres_url: str, postgres_schema: str) -> None:
    """Two erasures at once, beside an ingest: each comes in turn, and both are whole."""
    shop = twin(tmp_path, postgres_url, postgres_schema)
    ingest(shop, [str(write_log(tmp_path / "a.csv", rows_with(count=200)))])
    running = [threading.Thread(target=erase, args=(shop, name, MOMENT, "tester")) for name in (ID, "u1")]
    with server_of(shop):
        for one in running:
            one.start()
        running[0].join(1.5)
        assert all(one.is_alive() for one in running)
    for one in running:
        one.join(60)
    assert not pending(shop.home)
    left = asked(
        postgres_url, postgres_schema, f"SELECT count(*) FROM entities WHERE entity IN ('{ID}', 'u1')"
    )
    assert left == [(0,)]
    accounts = asked(
        postgres_url, postgres_schema, "SELECT accepted, (SELECT count(*) FROM events) FROM sources"
    )
    assert [kept for kept, events in accounts if kept == events]


def test_an_erasure_waits_for_no_reader(tmp_path: Path, postgres_url: str, postgres_schema: str) -> None:
    shop = twin(tmp_path, postgres_url, postgres_schema)
    ingest(shop, [str(write_log(tmp_path / "a.csv", rows_with(count=200)))])
    with psycopg.connect(
        postgres_url, options=f"-c search_path={postgres_schema}", autocommit=True
    ) as reader:
        read_along(reader)
        assert erase(shop, ID, MOMENT, "tester").events == 10
