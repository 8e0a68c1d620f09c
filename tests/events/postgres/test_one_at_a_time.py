"""Two ingests at once do no harm; a role with too few rights, and a server that is not there, are told in one line."""

from pathlib import Path

import psycopg
import pytest

from events.postgres.twins import assert_twins, by_postgres, twin
from events.shops import SOURCE, shop_at, some_rows, write_log
from willbuy.errors import EngineError, ServerError, WillbuyError
from willbuy.events.ingest import ingest, ingest_live
from willbuy.events.postgres import server
from willbuy.shop import Shop


def test_a_second_ingest_says_so(
    tmp_path: Path, postgres_url: str, postgres_schema: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_log(tmp_path / "a.csv", some_rows(500))
    shop = twin(tmp_path, postgres_url, postgres_schema)
    monkeypatch.setattr(server, "PATIENCE", 0.2)
    with (
        server.server_of(shop),
        pytest.raises(WillbuyError, match=f"another ingest is at work in the schema {postgres_schema}"),
        server.server_of(shop, 0.2),
    ):
        pass
    for one in (shop_at(tmp_path), shop):  # the lock is free again
        ingest(one, [str(tmp_path / "a.csv")])
    assert_twins(shop_at(tmp_path), postgres_url, postgres_schema)


def test_a_reader_sees_all_of_a_file_or_nothing(
    tmp_path: Path, postgres_url: str, postgres_schema: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A reader looks in the middle of the merge, and is not kept waiting."""
    from willbuy.events.postgres import publishing

    write_log(tmp_path / "a.csv", some_rows(400))
    write_log(tmp_path / "b.csv", ["new,2025-01-01 10:00:00,view,a,1.50,1", *some_rows(400, seed=5)])
    shop = twin(tmp_path, postgres_url, postgres_schema)
    ingest(shop, [str(tmp_path / "a.csv")])
    before = by_postgres(postgres_url, postgres_schema)
    record, seen = publishing._record, []

    def look(*args: object) -> None:
        record(*args)  # type: ignore[arg-type]
        seen.append(by_postgres(postgres_url, postgres_schema))

    monkeypatch.setattr(publishing, "_record", look)
    ingest(shop, [str(tmp_path / "b.csv")])
    [found] = seen
    assert {name: found[name] for name in before if name != "sources"} == {
        name: before[name] for name in before if name != "sources"
    }
    assert by_postgres(postgres_url, postgres_schema)["events"] != before["events"]


def test_a_role_that_may_only_read(
    tmp_path: Path, postgres_admin: str, postgres_url: str, postgres_schema: str
) -> None:
    write_log(tmp_path / "a.csv", some_rows(300))
    shop = twin(tmp_path, postgres_url, postgres_schema)
    ingest(shop, [str(tmp_path / "a.csv")])
    with psycopg.connect(postgres_admin, autocommit=True) as admin:
        admin.execute("DROP ROLE IF EXISTS willbuy_reader")
        admin.execute("CREATE ROLE willbuy_reader LOGIN PASSWORD 's3cret/of the tests'")
        admin.execute(f"GRANT USAGE ON SCHEMA {postgres_schema} TO willbuy_reader")  # type: ignore[arg-type]
        admin.execute(f"GRANT SELECT ON ALL TABLES IN SCHEMA {postgres_schema} TO willbuy_reader")  # type: ignore[arg-type]
    reader = twin(tmp_path, postgres_url.replace("willbuy_tests", "willbuy_reader"), postgres_schema)
    write_log(tmp_path / "b.csv", some_rows(300, seed=1))
    with pytest.raises(ServerError, match=r"the role lacks a right: permission denied .*docs/postgres\.md"):
        ingest(reader, [str(tmp_path / "b.csv")])
    with psycopg.connect(postgres_admin, autocommit=True) as admin:
        admin.execute("DROP OWNED BY willbuy_reader")
        admin.execute("DROP ROLE willbuy_reader")


def test_a_server_that_is_not_there(tmp_path: Path) -> None:
    write_log(tmp_path / "a.csv", some_rows(10))
    with pytest.raises(ServerError, match="no connection to PostgreSQL"):
        ingest(twin(tmp_path, "postgresql://willbuy@127.0.0.1:1/shops", "shop"), [str(tmp_path / "a.csv")])


def test_live_events_are_refused_in_words_where_they_are_not_built(tmp_path: Path) -> None:
    content = {
        "source": SOURCE,
        "target": {"within": "7d"},
        "storage": {"engine": "spark"},
        "folder": tmp_path,
    }
    with pytest.raises(EngineError, match=r"ingest --live is not built for storage.engine"):
        ingest_live(Shop.model_validate(content), None)  # type: ignore[arg-type]
