"""What is not built for an engine: the one list. A command that stands here refuses in these words, and docs/engines.md is held against it."""

from collections.abc import Mapping

from willbuy.errors import EngineError

_ELSEWHERE = (
    "cannot {} rows of a log that lies in the engine 'spark': nothing was done. Take the rows out of the source files, empty the "
    "engine's tables, and run: willbuy ingest"
)

LACKING: Mapping[tuple[str, str], str] = {
    ("ingest --hold", "postgres"): "ingest --hold is of storage.engine = 'duckdb' and 'spark': in PostgreSQL a merge takes as long as what is new",
    ("ingest --live", "spark"): "ingest --live is not built for storage.engine = 'spark': there, what the service received stays in its store. "
    "Ingest files, or keep this shop on 'duckdb' or 'postgres'.",
    ("erase", "spark"): _ELSEWHERE.format("erase"),
    ("expire --days", "spark"): _ELSEWHERE.format("expire"),
}  # fmt: skip
"""(command, engine) -> why not, and what to do. What is not here works on every engine."""


def refuse_lacking(command: str, *engines: str) -> None:
    """Raise EngineError where a command is not built for one of these engines.

    >>> refuse_lacking("train", "duckdb", "spark")
    >>> refuse_lacking("ingest --hold", "postgres")
    Traceback (most recent call last):
        ...
    willbuy.errors.EngineError: ingest --hold is of storage.engine = 'duckdb' and 'spark': in PostgreSQL a merge takes as long as what is new
    """
    for engine in engines:
        if told := LACKING.get((command, engine)):
            raise EngineError(told)
