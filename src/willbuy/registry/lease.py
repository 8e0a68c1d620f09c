"""One promotion at a time: a lease with a fencing token, so that who was asleep cannot undo what came after.

Whoever wants to promote takes the next token, works, and commits: under a short lock its token is compared with the newest
one, and only the newest may write. A promotion that ends or dies lets go of the lease at once, since the lease is a lock of
the operating system. One that hangs is waited for as long as `patience`, then passed over: the next token is
taken, and the one that hung finds itself fenced off when it wakes.

No clocks are compared, so processes on several machines that share the folder may take part as far as it has locks.
"""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from willbuy.durable import SOON, locked, open_lock, remove_partial, wait_for_lock, write_durably
from willbuy.errors import RegistryError
from willbuy.registry.pointer import FOLDER, Pointer, pointer_file, read_pointer, write_pointer

TOKEN, LEASE, COMMIT = "token", "lease.lock", "commit.lock"
PATIENCE = 90.0  # seconds: longer than a first load may take


class Lease:
    """The right to replace the pointer once, for as long as `token` is the newest."""

    def __init__(self, home: Path, token: int) -> None:
        self._home, self.token = home, token

    def commit(
        self, change: Callable[[Pointer | None], Pointer], before: Callable[[Pointer], object]
    ) -> Pointer:
        """Replace the pointer by what `change` makes of it; `before` is called just before it is written.

        Raises RegistryError, and nothing is written, where somebody has taken a newer token.
        """
        with _committing(self._home):
            newest = _token(self._home)
            if newest != self.token:
                raise RegistryError(
                    f"another promotion came first (token {newest}, this one had {self.token}). Nothing was changed; "
                    "see who is champion: willbuy models"
                )
            pointer = change(read_pointer(self._home))
            before(pointer)
            write_pointer(self._home, pointer)
        return pointer


@contextmanager
def lease(home: Path, patience: float = PATIENCE) -> Iterator[Lease]:
    """Take the lease, after whoever holds it, but after at most `patience` seconds all the same."""
    handle = open_lock(home / FOLDER / LEASE)
    try:
        wait_for_lock(handle, patience)
        yield Lease(home, _next_token(home))
    finally:
        os.close(handle)


@contextmanager
def _committing(home: Path) -> Iterator[None]:
    """The short lock under which tokens and the pointer are read and written."""
    with locked(home / FOLDER / COMMIT, SOON):
        remove_partial(pointer_file(home))
        remove_partial(home / FOLDER / TOKEN)
        yield


def _next_token(home: Path) -> int:
    with _committing(home):
        token = _token(home) + 1
        write_durably(home / FOLDER / TOKEN, f"{token}\n".encode())
    return token


def _token(home: Path) -> int:
    """The newest token: at least the pointer's, should the file be lost."""
    pointer = read_pointer(home)
    least = 0 if pointer is None else pointer.token
    try:
        return max(least, int((home / FOLDER / TOKEN).read_text(encoding="ascii")))
    except (OSError, ValueError):
        return least
