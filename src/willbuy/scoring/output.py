"""Reading in chunks, and writing an output that is whole or not there."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from willbuy.errors import WillbuyError
from willbuy.scoring.columns import ScoreColumns
from willbuy.scoring.scored import Scored

if TYPE_CHECKING:
    import pandas as pd

    from willbuy.warehouse.duckdb import DuckDBWarehouse

VECTOR = 2048  # rows that the engine hands out at once


def check_output(output: Path) -> None:
    """Raise WillbuyError, before any work, where nothing could be written under this name."""
    if output.suffix not in (".csv", ".parquet"):
        raise WillbuyError(f"cannot write {output.name}: expected a name that ends in .csv or .parquet")
    if not output.absolute().parent.is_dir():
        raise WillbuyError(f"cannot write {output}: there is no folder {output.parent}. Make it first")
    if output.is_dir():
        raise WillbuyError(f"cannot write {output}: a folder of that name is there")


def in_chunks(reader: "DuckDBWarehouse", sql: str, size: int) -> Iterator["pd.DataFrame"]:
    """A query's rows in its order, `size` at once, always cut at the same places."""
    import pandas as pd

    result = reader.connection.execute(sql)
    waiting: list[pd.DataFrame] = []
    while len(frame := result.fetch_df_chunk(max(1, size // VECTOR))):
        waiting.append(frame)
        if sum(map(len, waiting)) >= size:
            whole = pd.concat(waiting, ignore_index=True)
            waiting = [whole.iloc[size:].reset_index(drop=True)]
            yield whole.iloc[:size]
    if any(map(len, waiting)):
        yield pd.concat(waiting, ignore_index=True)


def write_scores(
    warehouse: "DuckDBWarehouse",
    parts: str,
    columns: str,
    output: Path,
    scores: ScoreColumns,
    as_of: str | None = None,
) -> Scored:
    """Write the finished parts, a FROM item, as one output, and sum them up."""
    warehouse.export(f"SELECT {columns} FROM {parts}", output)
    [(n, predicted, mean)] = warehouse.rows(
        f'SELECT COUNT(*), SUM("prediction"), AVG("probability") FROM {parts}'
    )
    counts = dict(warehouse.rows(f'SELECT "band", COUNT(*) FROM {parts} GROUP BY ALL'))
    return Scored(
        output=str(output),
        as_of=as_of,
        n=n,
        predicted=int(predicted),
        mean_probability=mean,
        bands={band.name: counts.get(band.name, 0) for band in scores.bands},
        contributions=scores.bundle.explained.method if scores.reasons else None,
        model_version=scores.bundle.id,
    )
