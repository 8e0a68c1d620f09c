"""Readers of a log on a server, and who changes what they have seen.

A reader asks many queries, and a transaction of the server's is seen by the later ones alone. What an ingest adds is hidden from it by
the number of the source. What changes events that were there (silver made anew, a live event in the place of a file's row) is
committed when nobody reads: readers hold a lock together, which is freed with their session however they end.
"""

import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from willbuy.errors import WillbuyError

if TYPE_CHECKING:
    import psycopg

PATIENCE = 3600.0
"""Seconds that readers are waited for."""

_LOCK = "hashtext('willbuy readers'), hashtext(current_schema())"


def read_along(connection: "psycopg.Connection[Any]") -> None:
    """Hold the lock of readers as long as the session lasts. Waits for nothing but a commit that is on its way."""
    connection.execute(f"SELECT pg_advisory_lock_shared({_LOCK})")


def wait_for_readers(
    connection: "psycopg.Connection[Any]",
    tell: Callable[[], None] = lambda: None,
    patience: float | None = None,
) -> None:
    """In a transaction that is about to be committed: wait until nobody reads, and let nobody begin before it is.

    `tell` hears that there is somebody. Raises WillbuyError where they go on reading for an hour (`patience` seconds).
    """
    ended = time.monotonic() + (PATIENCE if patience is None else patience)
    while connection.execute(f"SELECT pg_try_advisory_xact_lock({_LOCK})").fetchone() != (True,):
        if time.monotonic() > ended:
            raise WillbuyError(
                "another command reads the log (a training?), and would see it change half-way. Nothing was published; "
                "what was read waits on the server. Run the same command again when that one has ended."
            )
        tell()
        time.sleep(0.1)
