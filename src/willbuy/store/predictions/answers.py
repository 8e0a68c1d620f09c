"""The log of answers, wherever it lies: what is written to it and read from it. In SQLite it is `AnswersFile`."""

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

from willbuy.store.predictions.answer import Answer
from willbuy.store.predictions.days import DayOfAnswers

CHUNK = 5_000


class AnswerWriter(ABC):
    """An open log, written in transactions. Not for two threads at once."""

    @abstractmethod
    def write(self, answers: Sequence[Answer]) -> None:
        """Write answers, and add them to their days, in one transaction: all of them or none."""

    @abstractmethod
    def describe(self, version: str, names: Sequence[str]) -> None:
        """Keep the feature names of a version."""

    @abstractmethod
    def delete_old(self, now: datetime, days: int, most: int) -> int:
        """Delete the oldest answers that are more than `days` days old, at most `most`. Returns how many it deleted."""

    @abstractmethod
    def passing(self, error: Exception) -> bool:
        """Whether an error is of the place, not of what is written: the same may be tried again later."""

    @abstractmethod
    def close(self) -> None:
        """Close it; what was written stays."""


class Answers(ABC):
    """Where a shop's answers lie."""

    @abstractmethod
    def writer(self) -> AnswerWriter:
        """Open the log to write. Raises WillbuyError where it is of another format, and what the place raises where it is away."""

    @abstractmethod
    def read(
        self,
        since: datetime | None = None,
        until: datetime | None = None,
        version: str | None = None,
        chunk: int = CHUNK,
    ) -> Iterator[Answer]:
        """The logged answers of `[since, until)` in order of their moments, of one version or of all; see `read_answers`."""

    @abstractmethod
    def names(self) -> dict[str, tuple[str, ...] | None]:
        """The feature names of every version that the log knows; None where it was never told them."""

    @abstractmethod
    def counts(
        self, since: datetime | None = None, until: datetime | None = None, version: str | None = None
    ) -> Mapping[str, int]:
        """How many answers of `[since, until)` there are of each version, by version."""

    @abstractmethod
    def daily(self) -> list[DayOfAnswers]:
        """Every day on which something was answered, by day, version and role."""

    @abstractmethod
    def erase(self, entity: str) -> int:
        """Delete every logged answer about an entity; the daily counts stay. Returns how many there were."""

    @abstractmethod
    def expire(self, now: datetime, days: int) -> int:
        """Delete all answers that are more than `days` days old. Returns how many it deleted."""
