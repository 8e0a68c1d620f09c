"""Runs in a real MLflow on a real PostgreSQL server: all of a run arrives, and no password leaves."""

import psycopg
import pytest

from tracking.conftest import shop_at
from willbuy.errors import TrackingError
from willbuy.shop import Storage
from willbuy.tracking.mirror import mirror_run
from willbuy.tracking.on_postgres import mlflow_address
from willbuy.tracking.place import place_of
from willbuy.tracking.store import Store
from willbuy.tracking.ui import pages


@pytest.fixture
def beside(postgres_admin, postgres_schema):
    """A schema for MLflow's tables that is the tests' role's; their role may make none."""
    from postgres import ROLE

    with psycopg.connect(postgres_admin, autocommit=True) as admin:
        admin.execute(f'CREATE SCHEMA "{postgres_schema}_mlflow" AUTHORIZATION {ROLE}')
    yield postgres_schema
    with psycopg.connect(postgres_admin, autocommit=True) as admin:
        admin.execute(f'DROP SCHEMA "{postgres_schema}_mlflow" CASCADE')


def on(shop, url, schema):
    return shop.model_copy(
        update={
            "tracking": shop_at(shop.folder, mlflow="postgres").tracking,
            "storage": Storage(url=url, schema=schema),
        }
    )


@pytest.mark.usefixtures("no_pages")
def test_a_run_arrives_once_in_a_schema_of_its_own(shop, add_run, postgres_url, beside):
    tracked = on(shop, postgres_url, beside)
    name = add_run()
    assert [mirror_run(tracked, name).sent, mirror_run(tracked, name).sent] == [True, False]
    with psycopg.connect(postgres_url) as connection:
        rows = connection.execute(f'SELECT name, status FROM "{beside}_mlflow".runs').fetchall()
        public = connection.execute("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'").fetchone()
    assert rows == [(name, "FINISHED")]
    assert public == (0,)
    assert list((shop.home / "mlflow" / "artifacts").rglob("manifest.json"))


def test_a_role_that_may_make_no_schema_is_told_what_to_do(shop, postgres_url, postgres_schema):
    with pytest.raises(TrackingError, match=f"CREATE SCHEMA {postgres_schema}_mlflow AUTHORIZATION"):
        Store(place_of(on(shop, postgres_url, postgres_schema)))


def test_a_server_that_is_not_there_is_one_line_without_the_password(shop, monkeypatch):
    monkeypatch.setenv("WILLBUY_POSTGRES_URL", "postgresql://ann:s3cret@127.0.0.1:1/shops?connect_timeout=2")
    place = place_of(on(shop, None, "gifts"))
    assert "s3cret" in place.uri
    assert "s3cret" not in repr(place) + place.shown
    with pytest.raises(TrackingError, match="no connection to PostgreSQL") as raised:
        Store(place)
    assert "s3cret" not in str(raised.value)
    assert "\n" not in str(raised.value)


def test_the_pages_get_the_address_by_the_environment(shop, monkeypatch):
    monkeypatch.setattr("willbuy.tracking.ui.version", lambda name: "3")
    monkeypatch.setenv("WILLBUY_POSTGRES_URL", "postgresql://ann:s3cret@127.0.0.1:1/shops")
    served = pages(on(shop, None, "gifts"), 5000)
    assert not any("s3cret" in word for word in served.command)
    assert served.environment["MLFLOW_BACKEND_STORE_URI"].startswith("postgresql+psycopg://ann:s3cret@")


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("", 'postgresql+psycopg:///?options=-csearch_path%3D%22s%22'),
        ("host=/run/pg user=ann dbname=shops", "postgresql+psycopg://ann@/shops?host=%2Frun%2Fpg&options=-csearch_path%3D%22s%22"),
        ("postgresql://a:b%2F@h/d?sslmode=require", "postgresql+psycopg://a:b%2F@h/d?sslmode=require&options=-csearch_path%3D%22s%22"),
        ("postgresql://a@h/d?options=-cstatement_timeout%3D9", "postgresql+psycopg://a@h/d?options=-cstatement_timeout%3D9%20-csearch_path%3D%22s%22"),
    ],
)  # fmt: skip
def test_every_form_of_an_address_becomes_mlflows(address, expected):
    assert mlflow_address(address, "s") == expected
