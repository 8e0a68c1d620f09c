"""Reading the log, beside the service or without it."""

import json
import sqlite3
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

from willbuy.store.moments import to_microseconds, to_moment
from willbuy.store.predictions.answer import Answer
from willbuy.store.predictions.answers import CHUNK
from willbuy.store.predictions.file import log_file, open_to_read

ALWAYS = -(1 << 62), 1 << 62  # microseconds: before and after every moment
_PAGE = """
SELECT number, id, entity, route, champion.version, moment, answers.features, log_odds, probability, shadow.version,
       shadow_probability, as_of
FROM answers JOIN versions AS champion USING (version_key) LEFT JOIN versions AS shadow ON shadow.version_key = shadow_key
WHERE (moment, number) > (?, ?) AND moment < ? AND (? IS NULL OR champion.version = ?)
ORDER BY moment, number LIMIT ?
"""


def read_answers(
    home: Path,
    since: datetime | None = None,
    until: datetime | None = None,
    version: str | None = None,
    chunk: int = CHUNK,
) -> Iterator[Answer]:
    """The logged answers of `[since, until)` in order of their moments, of one version or of all.

    Read in chunks, each by a query of its own, so that a slow reader keeps nothing of the log back from the service.
    Raises WillbuyError where nothing has been logged yet.
    """
    db = open_to_read(log_file(home))
    after = ((to_microseconds(since) if since else ALWAYS[0]), -1)
    end = to_microseconds(until) if until else ALWAYS[1]
    try:
        while rows := db.execute(_PAGE, [*after, end, version, version, chunk]).fetchall():
            yield from map(_answer, rows)
            after = rows[-1][5], rows[-1][0]
    finally:
        db.close()


def _answer(row: tuple[Any, ...]) -> Answer:
    _, name, entity, route, version, moment, features, log_odds, probability, shadow, of_shadow, as_of = row
    log_odds, probability = (float("nan") if value is None else value for value in (log_odds, probability))
    when = to_moment(moment)
    then = None if as_of is None else to_moment(as_of)
    return Answer(
        name, entity, route, version, when, features, log_odds, probability, shadow, of_shadow, then
    )


def feature_names(home: Path) -> dict[str, tuple[str, ...] | None]:
    """The feature names of every version that the log knows; None where it was never told them."""
    db: sqlite3.Connection = open_to_read(log_file(home))
    try:
        rows = db.execute("SELECT version, features FROM versions ORDER BY version_key").fetchall()
    finally:
        db.close()
    return {version: None if names is None else tuple(json.loads(names)) for version, names in rows}
