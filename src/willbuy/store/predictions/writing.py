"""Answers written to the log's file, many in one statement.

SQLite's module for Python lets other threads run while a statement does, and asks for the interpreter again after each.
Where the service computes in that interpreter, asking is what costs: so 64 rows go into one statement, which is also
what the service waits for at most while rows are made ready.
"""

import json
import sqlite3
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from willbuy.store.moments import to_microseconds
from willbuy.store.predictions.answer import Answer
from willbuy.store.predictions.answers import AnswerWriter
from willbuy.store.predictions.days import ADD, add_up
from willbuy.store.predictions.file import hash_of
from willbuy.store.predictions.retention import delete_old

SLICE = 64
_COLUMNS = 12
_ROW = f"({', '.join('?' * _COLUMNS)})"
_INSERT = (
    "INSERT INTO answers (id, entity, entity_hash, route, version_key, moment, features, log_odds, probability, "
    "shadow_key, shadow_probability, as_of) VALUES "
)
_WHOLE = _INSERT + ", ".join([_ROW] * SLICE)
_ONE = _INSERT + _ROW


class Writer(AnswerWriter):
    """An open log, written in transactions. Not for two threads at once."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self.db = db
        self._keys: dict[str, int] = {}

    def write(self, answers: Sequence[Answer]) -> None:
        """Write answers, and add them to their days, in one transaction: all of them or none."""
        keys = dict(self._keys)
        self.db.execute("BEGIN IMMEDIATE")
        try:
            for start in range(0, len(answers), SLICE):
                self._insert(answers[start : start + SLICE])
            self.db.execute("COMMIT")
        except BaseException:
            self._keys = keys  # numbers that were given in this transaction are given no more
            if self.db.in_transaction:
                self.db.execute("ROLLBACK")
            raise

    def describe(self, version: str, names: Sequence[str]) -> None:
        """Keep the feature names of a version."""
        key = self._key(version)
        self.db.execute(
            "UPDATE versions SET features = ? WHERE version_key = ?", [json.dumps(list(names)), key]
        )

    def delete_old(self, now: datetime, days: int, most: int) -> int:
        """Delete the oldest answers."""
        return delete_old(self.db, now, days, most)

    def passing(self, error: Exception) -> bool:
        """Whether an error is of the file: a full disk, a lock."""
        return isinstance(error, (sqlite3.OperationalError, sqlite3.InternalError, OSError))

    def close(self) -> None:
        """Close the file."""
        self.db.close()

    def _insert(self, answers: Sequence[Answer]) -> None:
        rows = [self._row(answer) for answer in answers]
        if len(rows) == SLICE:
            self.db.execute(_WHOLE, [value for row in rows for value in row])
        else:
            self.db.executemany(_ONE, rows)
        scores = [(row[5], row[4], 0, row[8]) for row in rows]
        scores += [(row[5], row[9], 1, row[10]) for row in rows if row[9] is not None and row[10] is not None]
        self.db.executemany(ADD, add_up(scores))

    def _row(self, answer: Answer) -> tuple[Any, ...]:
        found = None if answer.entity is None else hash_of(answer.entity)
        shadow = None if answer.shadow_version is None else self._key(answer.shadow_version)
        return (
            answer.id, answer.entity, found, answer.route, self._key(answer.version), to_microseconds(answer.moment),
            answer.features, float(answer.log_odds), float(answer.probability), shadow, answer.shadow_probability,
            None if answer.as_of is None else to_microseconds(answer.as_of),
        )  # fmt: skip

    def _key(self, version: str) -> int:
        key = self._keys.get(version)
        if key is None:
            self.db.execute("INSERT OR IGNORE INTO versions (version) VALUES (?)", [version])
            [(key,)] = self.db.execute("SELECT version_key FROM versions WHERE version = ?", [version])
            self._keys[version] = key
        return key
