"""`[storage]`: where the shop's tables lie, and which engine computes over them."""

import re
import warnings
from typing import Annotated, Literal
from urllib.parse import parse_qsl, urlsplit

from pydantic import AfterValidator, StrictStr

from willbuy.shop import values
from willbuy.shop.section import Section, Whole, key

LONGEST_SCHEMA = 63
"""Bytes that PostgreSQL keeps of a name; it would cut a longer one in silence."""


def _url(found: str) -> str:
    """Refuse what is no address of a PostgreSQL server, and an address that carries a password."""
    if not found.startswith(("postgresql://", "postgres://")):
        raise ValueError(
            'expected the address of a PostgreSQL server, such as "postgresql://willbuy@db.example/shops"'
        )
    try:
        parts = urlsplit(found)
        secret = bool(parts.password) or any(name == "password" for name, _ in parse_qsl(parts.query))
    except ValueError:
        secret = True  # it cannot be read, so nobody knows
    if secret:
        raise ValueError(
            "the address carries a password, and a shop file is shared. Put the password into PGPASSWORD or ~/.pgpass, "
            "or the whole address into WILLBUY_POSTGRES_URL"
        )
    return found


def _schema(found: str) -> str:
    """Refuse what PostgreSQL would not take as the name of a schema, or would change."""
    if (
        len(found.encode()) > LONGEST_SCHEMA
        or found.startswith("pg_")
        or not re.fullmatch(r"[^\W\d]\w*", found)
    ):
        raise ValueError(
            f"expected the name of a schema: letters, digits and _, at most {LONGEST_SCHEMA} bytes, not beginning with "
            "a digit or pg_"
        )
    return found


with warnings.catch_warnings():
    # pydantic's old `schema()` has the name that the key has in every other tool
    warnings.filterwarnings("ignore", message='Field name "schema"')

    class Storage(Section):
        """Where the state of the shop lives."""

        engine: Literal["duckdb", "postgres", "spark"] = key(
            "The engine of the batch side: `duckdb` over Parquet files in the shop's folder, `postgres` (docs/postgres.md) or "
            "`spark`.",
            "postgres",
            "duckdb",
        )
        home: str = key(
            "The folder of the shop's state, relative to the shop file.", ".willbuy", ".willbuy", min_length=1
        )
        memory: Annotated[str, AfterValidator(values.memory)] = key(
            "How much memory the engine may take.", "4GB", "1500MB"
        )
        threads: Whole | None = key(
            "How many threads the engine may take; all processors otherwise.", 2, ge=1
        )
        url: Annotated[StrictStr, AfterValidator(_url)] | None = key(
            "With `postgres`: the server, without a password. `WILLBUY_POSTGRES_URL` of the environment otherwise, then the "
            "variables that every PostgreSQL tool reads (`PGHOST`, `PGUSER`, `PGPASSWORD`...).",
            "postgresql://willbuy@db.example/shops",
        )
        schema: Annotated[StrictStr, AfterValidator(_schema)] | None = key(  # type: ignore[assignment]
            "With `postgres`: the schema that holds the shop's tables; the shop's name otherwise, in small letters, with `_` for "
            "what is no letter or digit.",
            "ladybird_gifts",
        )
        master: StrictStr = key(
            "With `spark`: where Spark runs, as for `spark-submit --master`.",
            "spark://cluster.example:7077",
            "local[*]",
            min_length=1,
        )
        spark: dict[str, str | int | bool | float] = key(
            "With `spark`: further settings of Spark, by their full names.",
            {"spark.executor.memory": "8g"},
            {},
        )
