"""Reaching the server: what is wrong is said in one line, and no secret is in it."""

import os
import re

import pytest

from postgres import LOCKED, PASSWORD, ROLE, PostgresServer, address
from willbuy.errors import ServerError, ShopError
from willbuy.shop.load import _checked
from willbuy.shop.storage import Storage
from willbuy.warehouse.postgres.connecting import URL, connect, connect_to, place_of


def said(storage: Storage) -> str:
    with pytest.raises(ServerError) as caught:
        connect(storage)
    assert "\n" not in str(caught.value)
    assert caught.value.__cause__ is None  # no traceback shows the driver's own words
    return str(caught.value)


def with_user(url: str, user: str) -> str:
    return re.sub(r"//[^@]*@", f"//{user}@", url)


def test_the_session_speaks_utc_and_looks_into_the_schema(postgres_url: str, postgres_schema: str) -> None:
    with connect(Storage(url=postgres_url), schema=postgres_schema) as connection:
        assert connection.execute("SHOW TimeZone").fetchone() == ("UTC",)
        assert connection.execute("SELECT current_schema()").fetchone() == (postgres_schema,)
        assert connection.info.user == ROLE
        assert place_of(connection).endswith("/postgres")


def test_the_environment_names_the_server(postgres_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(URL, postgres_url)
    connect(Storage()).close()
    monkeypatch.delenv(URL)
    from psycopg.conninfo import conninfo_to_dict

    parts = conninfo_to_dict(postgres_url)
    for variable, name in {
        "PGHOST": "host",
        "PGPORT": "port",
        "PGUSER": "user",
        "PGDATABASE": "dbname",
    }.items():
        if name in parts:
            monkeypatch.setenv(variable, str(parts[name]))
    connect(Storage()).close()


def test_nobody_answers() -> None:
    line = said(Storage(url="postgresql://willbuy@127.0.0.1:1/shops"))
    assert "Is the server running" in line and "127.0.0.1" in line


@pytest.mark.parametrize("password", ["wrong&secret", "", PASSWORD + "!"])
def test_a_wrong_password(
    postgres_server: PostgresServer, postgres_url: str, monkeypatch: pytest.MonkeyPatch, password: str
) -> None:
    monkeypatch.setenv("PGPASSWORD", password)
    line = said(Storage(url=with_user(postgres_url, LOCKED)))
    assert "PGPASSWORD" in line
    assert not password or password not in line


def test_the_right_password(
    postgres_server: PostgresServer, postgres_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PGPASSWORD", PASSWORD)
    connect(Storage(url=with_user(postgres_url, LOCKED))).close()


def test_no_such_role_or_database(postgres_server: PostgresServer, postgres_url: str) -> None:
    assert "docs/postgres.md" in said(Storage(url=with_user(postgres_url, "nobody")))
    assert "PGDATABASE" in said(Storage(url=postgres_url.replace("/postgres", "/nothing", 1)))


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://ann:s3cret@127.0.0.1:1/shops",
        "postgresql://ann@127.0.0.1:1/shops?password=s3cret",
        "postgresql://ann:s3cret%zz@127.0.0.1:1/shops",
        "host=127.0.0.1 port=1 password='s3cret' user=ann",
        "host=127.0.0.1 port=1 password=s3cret nonsense",
        "postgresql://ann:s3cret@[127.0.0.1/shops",
    ],
)
def test_no_error_shows_a_password(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(URL, url)
    assert "s3cret" not in said(Storage())
    with pytest.raises(ShopError) as caught:
        _checked(
            {
                "source": {"files": ["x.csv"], "preset": "retailrocket"},
                "target": {"within": "7d"},
                "storage": {"url": url},
            },
            __import__("pathlib").Path(),
        )
    assert "s3cret" not in str(caught.value)
    assert "storage.url" in str(caught.value)


def test_an_address_of_the_tests_can_be_read_again() -> None:
    from psycopg.conninfo import conninfo_to_dict

    parts = {"user": "ann b", "host": "/tmp/x y", "port": "5433", "dbname": "shops"}
    assert conninfo_to_dict(address(parts)) == parts


def test_without_the_driver(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "psycopg", None)
    with pytest.raises(ServerError, match=re.escape("pip install 'willbuy[postgres]'")):
        connect_to("postgresql://willbuy@127.0.0.1:1/shops")


def test_the_environment_stays_as_it_was() -> None:
    assert URL not in os.environ
