"""The columns of a Parquet file as text, so that CSV and Parquet are understood by the same rules."""

from pathlib import Path

import duckdb

from willbuy.errors import SourceError, printable
from willbuy.warehouse.dialect import Dialect
from willbuy.warehouse.duckdb import DuckDBWarehouse

NESTED = ("STRUCT", "MAP", "UNION", "BLOB", "BIT", "VARIANT")
MOST_EXACT = 1 << 53
"""The whole numbers that a double tells apart end here."""


def parquet_types(warehouse: DuckDBWarehouse, path: Path) -> dict[str, str]:
    """The names of a file's columns and the engine's names of their types. Raises SourceError for no sound file."""
    try:
        found = warehouse.rows(f"DESCRIBE SELECT * FROM read_parquet({warehouse.dialect.text(str(path))})")
    except duckdb.Error as error:
        reason = str(error).splitlines()[0]
        raise SourceError(f"{path}: no sound Parquet file ({reason}). Write or fetch it again.") from error
    types = {str(name): str(kind) for name, kind, *_ in found}
    if "file_row_number" in map(str.lower, types):
        raise SourceError(
            f"{path}: a column is called file_row_number, a name that the engine needs. Rename it."
        )
    return types


def text_of(dialect: Dialect, path: Path, name: str, kind: str) -> str:
    """SQL for the text of a column.

    A double that is whole is written as such: libraries make a column of codes 1, 2, 3 a double as soon as one is
    missing, and the code `1` must not become another value, `1.0`, by that.
    """
    if kind.startswith(NESTED) or kind.endswith("]"):
        raise SourceError(
            f"{path}: column '{printable(name)}' is {kind[:60]}; a column that is used must hold plain values."
        )
    quoted = dialect.identifier(name)
    text = f"nullif(CAST({quoted} AS VARCHAR), '')"
    if kind not in ("DOUBLE", "FLOAT"):
        return text
    whole = f"isfinite({quoted}) AND {quoted} = trunc({quoted}) AND abs({quoted}) <= {MOST_EXACT}"
    return f"CASE WHEN {whole} THEN CAST(CAST({quoted} AS BIGINT) AS VARCHAR) ELSE {text} END"
