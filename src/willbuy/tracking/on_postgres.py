"""MLflow's tables on the shop's PostgreSQL server: in a schema of their own beside the shop's."""

from urllib.parse import quote, urlencode

from willbuy.errors import ServerError, TrackingError
from willbuy.shop.storage import LONGEST_SCHEMA

ENDING = "_mlflow"


def schema_beside(schema: str) -> str:
    """The schema for MLflow's tables, from that of the shop.

    >>> schema_beside("ladybird"), len(schema_beside("a" * 63))
    ('ladybird_mlflow', 63)
    """
    cut = schema.encode()[: LONGEST_SCHEMA - len(ENDING)]
    return cut.decode(errors="ignore") + ENDING


def mlflow_address(address: str, schema: str) -> str:
    """The address as MLflow takes it (SQLAlchemy's form, psycopg 3), with names looked for in the schema alone.

    >>> mlflow_address("postgresql://ann@db.example:5433/shops", "gifts_mlflow")
    'postgresql+psycopg://ann@db.example:5433/shops?options=-csearch_path%3D%22gifts_mlflow%22'
    """
    try:
        from psycopg.conninfo import conninfo_to_dict
    except ImportError as error:
        raise TrackingError(
            "tracking on PostgreSQL needs psycopg. Run: pip install 'willbuy[postgres]'"
        ) from error
    parts = {key: str(value) for key, value in conninfo_to_dict(address).items() if value not in (None, "")}
    user, password = parts.pop("user", ""), parts.pop("password", "")
    host, port, database = parts.pop("host", ""), parts.pop("port", ""), parts.pop("dbname", "")
    if host.startswith("/") or "," in host:  # a folder of sockets, or several servers: neither is one name
        parts |= {"host": host, **({"port": port} if port else {})}
        host = port = ""
    secret = f":{quote(password, safe='')}" if password else ""
    who = f"{quote(user, safe='')}{secret}@" if user else ""
    where = f"{who}{host}{f':{port}' if port else ''}/{quote(database, safe='')}"
    options = " ".join(filter(None, [parts.pop("options", ""), f'-csearch_path="{schema}"']))
    return f"postgresql+psycopg://{where}?{urlencode({**parts, 'options': options}, quote_via=quote)}"


def make_schema(address: str, schema: str) -> None:
    """Make MLflow's schema where it is missing. Raises TrackingError where the server is away, or the role may not."""
    import psycopg
    from psycopg.sql import SQL, Identifier

    from willbuy.warehouse.postgres.connecting import connect_to

    try:
        with connect_to(address) as connection:
            there = connection.execute("SELECT 1 FROM pg_namespace WHERE nspname = %s", [schema]).fetchone()
            if there is None:
                connection.execute(SQL("CREATE SCHEMA {}").format(Identifier(schema)))
    except ServerError as error:
        raise TrackingError(str(error)) from None
    except psycopg.errors.InsufficientPrivilege:
        raise TrackingError(
            f"the role may make no schema for MLflow's tables. Let it be made: CREATE SCHEMA {schema} AUTHORIZATION the_role"
        ) from None
