"""The log of answers on the server."""

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from datetime import datetime, timedelta
from typing import Any

import psycopg

from willbuy.hashed_ids import Suppression
from willbuy.store.moments import to_microseconds
from willbuy.store.postgres.knowledge import Knowledge, read_knowledge
from willbuy.store.postgres.rows import numbers
from willbuy.store.postgres.server import Server
from willbuy.store.predictions.answer import Answer
from willbuy.store.predictions.answers import CHUNK, Answers, AnswerWriter
from willbuy.store.predictions.days import DayOfAnswers, add_up, of_cells
from willbuy.store.predictions.retention import STEP

_COPY = (
    "COPY predictions (id, entity, route, version_key, moment, features, log_odds, probability, shadow_key, "
    "shadow_probability, as_of) FROM STDIN (FORMAT BINARY)"
)
_TYPES = (
    "text", "text", "text", "int4", "timestamp", "bytea", "float8", "float8", "int4", "float8", "timestamp",
)  # fmt: skip
_DAYS = """
INSERT INTO prediction_days AS d
SELECT * FROM unnest(%s::integer[], %s::integer[], %s::smallint[], %s::smallint[], %s::bigint[], %s::double precision[])
ON CONFLICT (day, version_key, shadow, bin)
DO UPDATE SET answers = d.answers + excluded.answers, total = d.total + excluded.total"""
_OLD = "DELETE FROM predictions WHERE number IN (SELECT number FROM predictions WHERE moment < %s ORDER BY moment LIMIT %s)"
_PAGE = """
SELECT number, moment, id, entity, route, c.version, moment, p.features, log_odds, probability, s.version, shadow_probability, as_of
FROM predictions AS p JOIN prediction_versions AS c USING (version_key)
LEFT JOIN prediction_versions AS s ON s.version_key = shadow_key
WHERE (moment, number) > (%s, %s) AND moment < %s AND (%s::text IS NULL OR c.version = %s) ORDER BY moment, number LIMIT %s"""
_COUNT = """
SELECT version, count(*) FROM predictions JOIN prediction_versions USING (version_key)
WHERE moment >= %s AND moment < %s AND (%s::text IS NULL OR version = %s) GROUP BY version ORDER BY version"""
_CELLS = "SELECT day, version, shadow, bin, answers, total FROM prediction_days JOIN prediction_versions USING (version_key) ORDER BY 1, 2, 3"
ALWAYS = datetime.min, datetime.max


class PostgresAnswers(Answers):
    """The answers in `predictions` of a schema. `suppression` is the shop's: who was erased is named in no answer any more."""

    def __init__(self, server: Server, suppression: Suppression) -> None:
        self._server, self._suppression = server, suppression

    def writer(self) -> AnswerWriter:
        """Open the log. Raises StoreAway where the server does not answer."""
        return _Writer(self._server, self._suppression)

    def read(
        self,
        since: datetime | None = None,
        until: datetime | None = None,
        version: str | None = None,
        chunk: int = CHUNK,
    ) -> Iterator[Answer]:
        """The logged answers in order of their moments, in chunks, each by a query of its own."""
        end = until or ALWAYS[1]
        after: tuple[datetime, int] = (since or ALWAYS[0], -1)
        with closing(self._server.connect()) as connection, self._server.explained():
            while True:
                asked = [*after, end, version, version, chunk]
                rows = connection.execute(_PAGE, asked, binary=True).fetchall()
                if not rows:
                    return
                yield from (_answer(row[2:]) for row in rows)
                after = rows[-1][1], rows[-1][0]

    def names(self) -> dict[str, tuple[str, ...] | None]:
        """The feature names of every version that the log knows."""
        rows = self._rows("SELECT version, features FROM prediction_versions ORDER BY version_key")
        return {version: None if names is None else tuple(json.loads(names)) for version, names in rows}

    def counts(
        self, since: datetime | None = None, until: datetime | None = None, version: str | None = None
    ) -> Mapping[str, int]:
        """How many answers there are of each version."""
        return dict(self._rows(_COUNT, [since or ALWAYS[0], until or ALWAYS[1], version, version]))

    def daily(self) -> list[DayOfAnswers]:
        """Every day on which something was answered."""
        return list(of_cells(self._rows(_CELLS)))

    def erase(self, entity: str) -> int:
        """Delete every logged answer about an entity; whoever was not erased before is not kept from being logged again."""
        with closing(self._server.connect()) as connection, self._server.explained():
            return 0 if "\0" in entity else _erased(connection, self._server.lock, entity)

    def expire(self, now: datetime, days: int) -> int:
        """Delete all that is too old, in small steps."""
        gone = 0
        with closing(self._server.connect()) as connection, self._server.explained():
            while found := connection.execute(_OLD, [now - timedelta(days=days), STEP]).rowcount:
                gone += found
        return gone

    def _rows(self, sql: str, parameters: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        with closing(self._server.connect()) as connection, self._server.explained():
            return connection.execute(sql, parameters).fetchall()


class _Writer(AnswerWriter):
    """Writes answers; a name that was erased since it was answered is left out."""

    def __init__(self, server: Server, suppression: Suppression) -> None:
        self._server, self._suppression = server, suppression
        self._connection = server.connect()
        self._keys: dict[str, int] = {}
        with server.explained():
            self._known: Knowledge = read_knowledge(self._connection, suppression)

    def write(self, answers: Sequence[Answer]) -> None:
        """All of them or none, while nobody is erased."""
        with self._connection.transaction(), self._connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock_shared(%s)", [self._server.lock])
            [version] = cursor.execute("SELECT version FROM live_state").fetchone() or (0,)
            if version != self._known.version:
                self._known = read_knowledge(self._connection, self._suppression)
            keys = {name: self._key(name) for name in _versions(answers)}
            with cursor.copy(_COPY) as copy:
                copy.set_types(_TYPES)
                for answer in answers:
                    copy.write_row(self._row(answer, keys))
            self._add_up(answers, keys)

    def describe(self, version: str, names: Sequence[str]) -> None:
        """Keep the feature names of a version."""
        self._connection.execute(
            "UPDATE prediction_versions SET features = %s WHERE version_key = %s AND features IS DISTINCT FROM %s",
            [said := json.dumps(list(names)), self._key(version), said],
        )

    def delete_old(self, now: datetime, days: int, most: int) -> int:
        """Delete the oldest answers."""
        return self._connection.execute(_OLD, [now - timedelta(days=days), most]).rowcount

    def passing(self, error: Exception) -> bool:
        """All but what is wrong with an answer."""
        if not isinstance(error, psycopg.Error):
            return False
        of_an_answer = (psycopg.DataError, psycopg.errors.ProgramLimitExceeded)
        if not isinstance(error, of_an_answer) and self._connection.closed:
            self._server.failed(error)
        return not isinstance(error, of_an_answer)

    def close(self) -> None:
        """Close the connection."""
        self._connection.close()

    def _row(self, answer: Answer, keys: Mapping[str, int]) -> tuple[Any, ...]:
        entity = answer.entity
        if entity is not None and self._known.holds(entity):
            entity = None
        shadow = None if answer.shadow_version is None else keys[answer.shadow_version]
        return (
            answer.id, entity, answer.route, keys[answer.version], answer.moment, answer.features, float(answer.log_odds),
            float(answer.probability), shadow, answer.shadow_probability, answer.as_of,
        )  # fmt: skip

    def _add_up(self, answers: Sequence[Answer], keys: Mapping[str, int]) -> None:
        """In the order of the cells, as every process does: so two never wait for each other in a circle."""
        scores = []
        for one in answers:
            moment = to_microseconds(one.moment)
            scores.append((moment, keys[one.version], 0, one.probability))
            if one.shadow_version is not None and one.shadow_probability is not None:
                scores.append((moment, keys[one.shadow_version], 1, one.shadow_probability))
        cells = sorted(add_up(scores))
        if cells:
            columns = list(zip(*cells, strict=True))
            self._connection.execute(_DAYS, [*map(numbers, columns[:5]), _array(columns[5])])

    def _key(self, version: str) -> int:
        key = self._keys.get(version)
        if key is None:
            made = "INSERT INTO prediction_versions (version) VALUES (%s) ON CONFLICT DO NOTHING"
            self._connection.execute(made, [version])
            found = "SELECT version_key FROM prediction_versions WHERE version = %s"
            [key] = self._connection.execute(found, [version]).fetchone() or (0,)
            if self._connection.info.transaction_status == psycopg.pq.TransactionStatus.IDLE:
                self._keys[version] = key  # committed
        return key


def _versions(answers: Sequence[Answer]) -> list[str]:
    """The versions that answers are of, in order, as every process inserts them."""
    found = {one.version for one in answers}
    return sorted(found | {one.shadow_version for one in answers if one.shadow_version is not None})


def _array(values: Sequence[float]) -> str:
    return "{" + ",".join(map(repr, values)) + "}"


def _erased(connection: "psycopg.Connection[Any]", lock: int, entity: str) -> int:
    with connection.transaction():
        connection.execute("SELECT pg_advisory_xact_lock(%s)", [lock])  # after whatever is being written
        return connection.execute("DELETE FROM predictions WHERE entity = %s", [entity]).rowcount


def _answer(row: tuple[Any, ...]) -> Answer:
    name, entity, route, version, moment, features, log_odds, probability, shadow, of_shadow, as_of = row
    return Answer(
        name, entity, route, version, moment, bytes(features), log_odds, probability, shadow, of_shadow, as_of
    )
