"""The rival on PostgreSQL: the 14 features at the last anchor by a query as one writes it for that anchor alone.

It reads the tables that our side reads: integer keys, partitions by month, the same indexes. What made it fast, tried one by
one: 64 MB of working memory instead of 4, so that neither the sort nor the hash of the ids spills; grouping by the integer key
and joining the text after that; COUNT(DISTINCT) over a sort by entity and item, which serves both windows.

Usage: python -m benchmarks.rivals.postgres_query URL SCHEMA FOLDER
"""

import sys
from datetime import datetime, timedelta
from pathlib import Path

import psycopg

from benchmarks.house import fourteen
from benchmarks.house.side import Stages

SETTINGS = ("work_mem = '64MB'", "jit = off")


def moment(time: datetime) -> str:
    """A timestamp literal."""
    return f"TIMESTAMP '{time:%Y-%m-%d %H:%M:%S}'"


def query(anchor: datetime) -> str:
    """The features of the population at the anchor, by the text of their entity and in its order."""
    at = moment(anchor)
    since = {days: f'"time" >= {moment(anchor - timedelta(days=days))}' for days in fourteen.COUNT_DAYS}
    counts = [
        f"count(*) FILTER (WHERE kind = '{kind}' AND {since[days]}) AS count_{kind}_{days}d"
        for days in fourteen.COUNT_DAYS
        for kind in fourteen.KINDS
    ]
    counts += [
        f"count(DISTINCT item_key) FILTER (WHERE kind = 'view' AND {since[days]}) AS distinct_item_view_{days}d"
        for days in fourteen.DISTINCT_DAYS
    ]
    chosen = ", ".join(f"f.{name}" for name in (*fourteen.COUNTS, *fourteen.DISTINCT, fourteen.COUNT_ALL))
    return f"""SELECT e.entity, {chosen},
            extract(epoch FROM {at} - f.last)::float8 / 86400 AS days_since_last_event_30d,
            f.count_cart_7d::float8 / nullif(f.count_view_7d, 0) AS ratio_cart_view_7d
        FROM (SELECT entity_key, {", ".join(counts)}, count(*) AS count_event_30d, max("time") AS last
              FROM events WHERE {since[fourteen.LONGEST_DAYS]} AND "time" < {at} GROUP BY entity_key) f
        JOIN entities e ON e.entity_key = f.entity_key
        ORDER BY e.entity COLLATE "C" """


def main(url: str, schema: str, folder: Path) -> None:
    """Copy the query's rows into a CSV file."""
    stages = Stages()
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(f'SET search_path = "{schema}"')
        for setting in SETTINGS:
            connection.execute(f"SET {setting}")
        target = folder / f"{fourteen.LAST_ANCHOR:%Y-%m-%d}.csv"
        with (
            stages.stage("features"),
            target.open("wb") as file,
            connection.cursor() as cursor,
            cursor.copy(f"COPY ({query(fourteen.LAST_ANCHOR)}) TO STDOUT (FORMAT csv, HEADER)") as rows,
        ):
            for row in rows:
                file.write(row)
    stages.done()


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], Path(sys.argv[3]))
