"""What Spark says when it fails, in one line."""

import re
from collections.abc import Iterator
from contextlib import contextmanager

from willbuy.errors import EngineError

_LONGEST = 300
_LOST = re.compile(r"ExecutorLostFailure|Python worker exited unexpectedly|Lost task|worker crashed|SIGKILL")
_FULL = re.compile(r"No space left on device|Disk quota exceeded")
_MEMORY = re.compile(r"OutOfMemoryError|Java heap space|GC overhead")


@contextmanager
def spark_faults(doing: str) -> Iterator[None]:
    """Raise EngineError, one line, for whatever Spark raises inside: what was done, what it said, what to do next."""
    from py4j.protocol import Py4JError
    from pyspark.errors import PySparkException

    try:
        yield
    except (Py4JError, PySparkException, ConnectionError) as error:
        raise EngineError(one_line(doing, f"{type(error).__name__}: {str(error).strip()}")) from error


def one_line(doing: str, said: str) -> str:
    """What was done, the heart of what Spark said, and what to do.

    >>> one_line("Spark broke off while it made a table", "Job aborted ... Caused by: java.io.IOException: No space left on device")
    'Spark broke off while it made a table: No space left on device. Free space for [storage] home and run the command again'
    """
    for pattern, then in (
        (_FULL, "Free space for [storage] home and run the command again"),
        (_MEMORY, "Give it more: [storage] memory, or spark.executor.memory in [storage.spark]"),
        (
            _LOST,
            "A worker died, by the system's hand where memory is short. Nothing was kept: run the command again",
        ),
    ):
        if found := pattern.search(said):
            return f"{doing}: {found[0]}. {then}"
    if re.search(r"Py4JNetworkError|Connection refused|Answer from Java side is empty|ConnectionReset", said):
        return f"{doing}: its Java process is gone. Nothing was kept: run the command again"
    return f"{doing}: {_heart(said)}"


def _heart(said: str) -> str:
    """The last cause that is told, else the first line."""
    causes = re.findall(r"Caused by: (?:[\w.$]+: )?([^\n]+)", said)
    lines = [
        line.strip()
        for line in said.splitlines()
        if line.strip() and "An error occurred while calling" not in line
    ]
    heart = causes[-1] if causes else lines[0] if lines else "no word"
    return " ".join(heart.split())[:_LONGEST]
