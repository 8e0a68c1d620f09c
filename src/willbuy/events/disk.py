"""A disk that fills up: said in one line, with nothing half-written, and the work that was complete kept."""

import errno
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb

from willbuy.errors import WillbuyError

_ERRNOS = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
_WORDS = (
    "no space left",
    "disk is full",
    "disk i/o error",
    "file too large",
    "could not write",
    "failed to write",
)


@contextmanager
def explain_full_disk(home: Path) -> Iterator[None]:
    """Raise WillbuyError instead of the many errors of a full disk, or of an engine that ran out of memory."""
    try:
        yield
    except duckdb.OutOfMemoryException as error:
        raise WillbuyError(
            f"the engine needs more memory than storage.memory allows ({str(error).splitlines()[0]}). Raise it, "
            "such as storage.memory = '3GB', and run the same command again: it goes on where it stopped."
        ) from error
    except (OSError, sqlite3.OperationalError, duckdb.Error) as error:
        if not _is_full(error):
            raise
        raise WillbuyError(
            f"the disk that holds {home} is full ({str(error).splitlines()[0][:120]}). Make room and run the same "
            "command again: it goes on where it stopped. Readers still see the log as it was."
        ) from error


def _is_full(error: Exception) -> bool:
    return getattr(error, "errno", None) in _ERRNOS or any(words in str(error).lower() for words in _WORDS)
