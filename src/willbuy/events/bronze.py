"""Bronze: every row as it came, one Parquet file a block, written before anything is understood.

A file holds `raw` (the line, or a Parquet row as JSON; NULL for a blank line) and `fault` (NULL for a sound line).
Where the shop hashes ids, or has erased someone, the rows pass a guard first: see `willbuy.events.guarding`.
Row k of a part is line `first_line + k` of its source.
"""

from collections.abc import Callable, Sequence
from pathlib import Path

import duckdb

from willbuy.errors import WillbuyError
from willbuy.events.blocks import LONGEST_READ, Block
from willbuy.events.parquet import TEXT, write_parquet
from willbuy.events.scratch import scratch_file
from willbuy.warehouse.dialect import Dialect

_sql = Dialect()


Guarded = Callable[[str], str]
"""SQL for rows `(raw, fault)` -> SQL for those that may be kept."""


def write_block(
    connection: duckdb.DuckDBPyConnection,
    block: Block,
    target: Path,
    scratch: Path,
    guarded: Guarded = str,
    *,
    private: bool = False,
    options: str = TEXT,
) -> None:
    """Write a block's lines to a bronze part. `scratch` is a file to be used on the way, and removed.

    `private` keeps what is not guarded yet off the disk; `options` are how the file is written.
    """
    with scratch_file(scratch, private) as path:
        path.write_bytes(block.data)
        written = write_parquet(connection, guarded(_lines(block, path)), target, options)
    if written != block.lines:
        target.unlink()
        raise WillbuyError(
            f"lines {block.first_line} to {block.next_line - 1}: {block.lines} lines became {written} rows. "
            "This is a fault of willbuy; nothing of the file was kept. Please report it."
        )


def write_rows(
    connection: duckdb.DuckDBPyConnection,
    source: Path,
    first: int,
    rows: int,
    floats: Sequence[str],
    target: Path,
    guarded: Guarded,
    options: str = TEXT,
) -> int:
    """Write rows `first` to `first + rows` (from 0) of a Parquet file to a bronze part, as JSON; return how many.

    Columns of single precision (`floats`) are kept as their shortest text: as JSON numbers, 35.79 would become
    35.790000915527344.
    """
    file = f"read_parquet({_sql.text(str(source))}, file_row_number = true)"
    shortest = ", ".join(
        f"CAST({_sql.identifier(name)} AS VARCHAR) AS {_sql.identifier(name)}" for name in floats
    )
    replaced = f" REPLACE ({shortest})" if floats else ""
    last = first + rows - 1
    picked = f"SELECT * EXCLUDE (file_row_number){replaced} FROM {file} WHERE file_row_number BETWEEN {first} AND {last}"
    sql = f"SELECT CAST(to_json(r) AS VARCHAR) AS raw, CAST(NULL AS VARCHAR) AS fault FROM ({picked}) AS r"
    return write_parquet(connection, guarded(sql), target, options)


def _lines(block: Block, scratch: Path) -> str:
    """The engine's own CSV reader, told that a line is one field: no sniffing, no quotes, no escapes."""
    columns = "{'fault': 'VARCHAR', 'raw': 'VARCHAR'}" if block.faults else "{'raw': 'VARCHAR'}"
    wide = (
        f", max_line_size = {LONGEST_READ * 2}, buffer_size = {LONGEST_READ * 4}" if block.long_lines else ""
    )
    lines = (
        f"read_csv({_sql.text(str(scratch))}, auto_detect = false, header = false, columns = {columns}, "
        f"delim = {_sql.text(block.separator)}, quote = '', escape = '', comment = '', new_line = '\\n'{wide})"
    )
    fault = "fault" if block.faults else "CAST(NULL AS VARCHAR) AS fault"
    return f"SELECT raw, {fault} FROM {lines}"
