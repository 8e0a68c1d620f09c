"""A server that fails in the middle: said in one line, with what to do."""

from collections.abc import Iterator
from contextlib import contextmanager

from willbuy.errors import ServerError
from willbuy.warehouse.postgres.secrets import redacted

GOES_ON = "and run the same command again: it goes on where it stopped. Readers still see what they saw."
RIGHTS = "docs/postgres.md has the SQL for a role with all that are needed."


@contextmanager
def explain_server(address: str = "") -> Iterator[None]:
    """Raise ServerError, in one line without any secret, instead of the driver's errors.

    Told apart: the server went away, its disk is full, it lacks memory or locks, the role may not, another session
    was waited for too long.
    """
    try:
        import psycopg
    except ImportError:
        yield
        return
    try:
        yield
    except psycopg.Error as error:
        raise ServerError(explained(error, address)) from None  # the driver's own error may show the address


def explained(error: Exception, address: str = "") -> str:
    """What an error of the driver means, and what to do, in one line."""
    from psycopg import errors

    said = redacted(" ".join(str(error).split("\nCONTEXT")[0].split()), address)[:300].rstrip(".")
    says = (
        (errors.DiskFull, f"the disk of the PostgreSQL server is full ({said}). Make room there {GOES_ON}"),
        (errors.InsufficientPrivilege, f"the role lacks a right: {said}. {RIGHTS}"),
        (errors.InsufficientResources, f"the PostgreSQL server is out of memory, locks or connections ({said}). Give it more {GOES_ON}"),
        (errors.ReadOnlySqlTransaction, f"the PostgreSQL server takes no writes ({said}): a standby? Name the primary in storage.url."),
        (errors.LockNotAvailable, f"another session of the PostgreSQL server is in the way ({said}). Wait for it {GOES_ON}"),
        (errors.DeadlockDetected, f"another session of the PostgreSQL server is in the way ({said}). Wait for it {GOES_ON}"),
        (errors.QueryCanceled, f"the PostgreSQL server broke off a query ({said}). See its statement_timeout {GOES_ON}"),
        (errors.OperationalError, f"the PostgreSQL server went away ({said}). Start it {GOES_ON}"),
        (errors.InterfaceError, f"the PostgreSQL server went away ({said}). Start it {GOES_ON}"),
    )  # fmt: skip
    refused = f"the PostgreSQL server refused ({type(error).__name__}): {said}."
    return next((text for kind, text in says if isinstance(error, kind)), refused)
