"""The 14 features at many anchors in plain DuckDB: next occurrence once, then a plain grouped query an anchor.

`text` keeps ids as the log has them (text, as a straightforward warehouse would), `integer` uses integer keys: what the
keys alone are worth.

Usage: python -m benchmarks.rivals.duckdb_features KEYED_PARQUET FOLDER ANCHORS text|integer
"""

import sys
from datetime import datetime, timedelta
from pathlib import Path

import duckdb

from benchmarks.house import fourteen
from benchmarks.house.side import Stages


def moment(time: datetime) -> str:
    """A timestamp literal."""
    return f"TIMESTAMP '{time:%Y-%m-%d %H:%M:%S}'"


def prepare(source: Path, ids: str) -> str:
    """The statement that makes `events` with the time of the next event of the same entity, kind and item."""
    entity, item = ("entity::VARCHAR", "item::VARCHAR") if ids == "text" else ("entity", "item")
    kinds = ", ".join(f"'{kind}'" for kind in fourteen.KINDS)
    return f"""CREATE TABLE events AS
        SELECT entity, kind, time, lead(time) OVER (PARTITION BY entity, kind, item ORDER BY time) AS next
        FROM (SELECT {entity} AS entity, {item} AS item, [{kinds}][kind + 1] AS kind, time FROM '{source}')"""


def query(anchor: datetime) -> str:
    """The features and the label of the population at one anchor."""
    at = moment(anchor)
    since = {days: f"time >= {moment(anchor - timedelta(days=days))}" for days in fourteen.COUNT_DAYS}
    counts = [
        f"count(*) FILTER (WHERE kind = '{kind}' AND {since[days]}) AS count_{kind}_{days}d"
        for days in fourteen.COUNT_DAYS
        for kind in fourteen.KINDS
    ]
    last_view = f"kind = 'view' AND (next IS NULL OR next >= {at})"
    counts += [
        f"count(*) FILTER (WHERE {last_view} AND {since[days]}) AS distinct_item_view_{days}d"
        for days in fourteen.DISTINCT_DAYS
    ]
    until = moment(anchor + timedelta(days=fourteen.HORIZON_DAYS))
    return f"""SELECT * EXCLUDE (last),
            (epoch_us({at}) - epoch_us(last)) / 86400000000::DOUBLE AS days_since_last_event_30d,
            CASE WHEN count_view_7d > 0 THEN count_cart_7d / count_view_7d::DOUBLE END AS ratio_cart_view_7d,
            (entity IN (SELECT entity FROM events
                        WHERE kind = 'purchase' AND time >= {at} AND time < {until}))::TINYINT AS label
        FROM (SELECT entity, {", ".join(counts)}, count(*) AS count_event_30d, max(time) AS last
              FROM events WHERE {since[fourteen.LONGEST_DAYS]} AND time < {at} GROUP BY entity)"""


def main(source: Path, folder: Path, anchors: list[datetime], ids: str) -> None:
    """Compute every anchor and write one Parquet file each."""
    stages = Stages()
    connection = duckdb.connect()
    with stages.stage("next"):
        connection.execute(prepare(source, ids)).fetchall()
    with stages.stage("anchors"):
        for anchor in anchors:
            target = folder / f"{anchor:%Y-%m-%d}.parquet"
            connection.execute(f"COPY ({query(anchor)}) TO '{target}' (FORMAT parquet)").fetchall()
    stages.done()


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), fourteen.read_anchors(sys.argv[3]), sys.argv[4])
