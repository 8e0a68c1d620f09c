"""The log of answers in an SQLite file of the shop's home."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path

from willbuy.store.moments import to_microseconds
from willbuy.store.predictions.answer import Answer
from willbuy.store.predictions.answers import CHUNK, Answers, AnswerWriter
from willbuy.store.predictions.days import DayOfAnswers, daily
from willbuy.store.predictions.erasing import erase_answers
from willbuy.store.predictions.file import log_file, open_to_read, open_to_write
from willbuy.store.predictions.reading import ALWAYS, feature_names, read_answers
from willbuy.store.predictions.retention import delete_old
from willbuy.store.predictions.writing import Writer

_COUNT = """
SELECT version, COUNT(*) FROM answers JOIN versions USING (version_key)
WHERE moment >= ? AND moment < ? AND (? IS NULL OR version = ?) GROUP BY version ORDER BY version
"""


class AnswersFile(Answers):
    """The answers in `<home>/live/predictions.sqlite`."""

    def __init__(self, home: Path) -> None:
        self._home = home

    def writer(self) -> AnswerWriter:
        """Open the file, made where it is not there."""
        return Writer(open_to_write(log_file(self._home)))

    def read(
        self,
        since: datetime | None = None,
        until: datetime | None = None,
        version: str | None = None,
        chunk: int = CHUNK,
    ) -> Iterator[Answer]:
        """See `read_answers`."""
        return read_answers(self._home, since, until, version, chunk)

    def names(self) -> dict[str, tuple[str, ...] | None]:
        """See `feature_names`."""
        return feature_names(self._home)

    def counts(
        self, since: datetime | None = None, until: datetime | None = None, version: str | None = None
    ) -> Mapping[str, int]:
        """How many answers there are of each version."""
        start, end = (
            default if moment is None else to_microseconds(moment)
            for moment, default in zip((since, until), ALWAYS, strict=True)
        )
        db = open_to_read(log_file(self._home))
        try:
            return dict(db.execute(_COUNT, [start, end, version, version]).fetchall())
        finally:
            db.close()

    def daily(self) -> list[DayOfAnswers]:
        """See `daily`."""
        return daily(self._home)

    def erase(self, entity: str) -> int:
        """See `erase_answers`."""
        return erase_answers(self._home, entity)

    def expire(self, now: datetime, days: int) -> int:
        """Delete all that is too old, in small steps."""
        path, gone = log_file(self._home), 0
        if not path.is_file():
            return 0
        db = open_to_write(path)
        try:
            while found := delete_old(db, now, days):
                gone += found
        finally:
            db.close()
        return gone
