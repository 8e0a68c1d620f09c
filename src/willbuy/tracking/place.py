"""Where runs are mirrored to: a SQLite file or the shop's PostgreSQL, with a folder of artifacts; or a server that keeps its own."""

import re
from dataclasses import dataclass, field
from pathlib import Path

from willbuy.errors import TrackingError
from willbuy.shop import Common
from willbuy.shop.tracking import POSTGRES, SQLITE
from willbuy.tracking.on_postgres import mlflow_address, schema_beside
from willbuy.warehouse.postgres.connecting import address_of
from willbuy.warehouse.postgres.schema import schema_of


@dataclass(frozen=True)
class Place:
    """`uri` as MLflow takes it, and as it is `shown`, without credentials. What is None lies with a server.

    `schema` is that of MLflow's tables in PostgreSQL.
    """

    uri: str = field(repr=False)
    file: Path | None
    artifacts: Path | None
    name: str  # of the experiment, and of the registered model
    shown: str
    schema: str | None = None
    server: str = field(default="", repr=False)  # that schema's, as libpq takes it


def place_of(shop: Common) -> Place:
    """The place that the shop file names. Raises TrackingError where tracking is off."""
    where = shop.tracking.mlflow
    if where is False:
        raise TrackingError(
            "this shop's runs are not tracked. Add to the shop file: [tracking] with mlflow = true, or the address of a server"
        )
    name = registry_name(shop.tracking.experiment or shop.shop.name)
    if where is True:
        return _in_file(shop.home / "mlflow" / "mlflow.db", name, shop.folder)
    if where == POSTGRES:
        return _on_postgres(shop, name)
    if where.startswith(SQLITE):
        return _in_file(shop.folder / where.removeprefix(SQLITE), name, shop.folder)
    return Place(where.rstrip("/"), None, None, name, where.rstrip("/"))


def _on_postgres(shop: Common, name: str) -> Place:
    """On the server that `[storage]` or the environment names; the address may carry a password, for MLflow alone."""
    schema = schema_beside(schema_of(shop))
    server = address_of(shop.storage)
    shown = f"PostgreSQL, schema {schema}"
    return Place(
        mlflow_address(server, schema), None, shop.home / "mlflow" / "artifacts", name, shown, schema, server
    )


def _in_file(file: Path, name: str, folder: Path) -> Place:
    shown = file.relative_to(folder) if file.is_relative_to(folder) else file
    return Place(f"{SQLITE}{file.resolve()}", file, file.with_name("artifacts"), name, str(shown))


def registry_name(text: str) -> str:
    """A name that MLflow takes for an experiment and for a registered model: no slash, no colon, no path.

    >>> registry_name("Ladybird: gifts/EU"), registry_name("../..")
    ('Ladybird- gifts-EU', 'shop')
    """
    kept = re.sub(r"[^\w .-]", "-", text).strip(" .-")
    return kept[:200] or "shop"
