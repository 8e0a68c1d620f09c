"""A secret in a file: made once, by whoever comes first, and readable by its owner alone."""

import os
import secrets
import stat
from pathlib import Path

from willbuy.durable import sync_folder
from willbuy.errors import WillbuyError

BYTES = 32
"""Of a secret that is made here; its file holds them as hex."""

SHORTEST = 32
"""Characters of a secret that is given."""


def read_secret(path: Path) -> bytes | None:
    """The secret that a file holds; None where there is no file.

    Raises WillbuyError where it is too short, or where everyone on the machine can read it.
    """
    try:
        text = path.read_text(encoding="utf-8").strip()
    except FileNotFoundError:
        return None
    if path.stat().st_mode & stat.S_IRWXO:
        raise WillbuyError(f"everyone on this machine can read {path}. Take that away: chmod 600 {path}")
    return checked(text, str(path))


def checked(text: str, where: str) -> bytes:
    """A secret's bytes. Raises WillbuyError where it is too short to keep anything secret."""
    if len(text) < SHORTEST:
        raise WillbuyError(
            f"{where} holds {len(text)} characters: a key needs at least {SHORTEST}. "
            'Make one: python -c "import secrets; print(secrets.token_hex(32))"'
        )
    return text.encode("utf-8")


def make_secret(path: Path) -> bytes:
    """Make a secret, or read the one that another process made at the same moment. Complete in its file, or not there."""
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_name(f"{path.name}.{secrets.token_hex(8)}.partial")
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(secrets.token_hex(BYTES) + "\n")
            file.flush()
            os.fsync(file.fileno())
        os.link(fresh, path)  # unlike a rename it fails where the file is there already
    except FileExistsError:
        pass
    finally:
        fresh.unlink()
    sync_folder(path.parent)
    found = read_secret(path)
    if found is None:
        raise WillbuyError(f"{path} vanished while it was made. Run the same command again.")
    return found
