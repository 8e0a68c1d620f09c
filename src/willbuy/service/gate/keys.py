"""API keys: `<home>/keys.json` holds a name, scopes and a SHA-256 for each; the key itself is shown once and kept nowhere.

A key is `wb_<name>_<random>`, its random part 32 bytes from `secrets`. A plain SHA-256 is enough to store it: slow hashes
(scrypt, Argon2) protect what people choose and others can guess; nobody guesses 256 random bits, however fast the hash, and
a slow hash would be paid on every request.
"""

import hashlib
import hmac
import json
import re
import secrets
from collections.abc import Iterable
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from willbuy.audit import append
from willbuy.durable import locked, write_durably
from willbuy.errors import WillbuyError, did_you_mean, printable
from willbuy.service.gate.scopes import SCOPES

FILE, LOCK, MADE = "keys.json", "keys.lock", "keys.made"
_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,39}")
_NOBODY = "0" * 64


class Key(NamedTuple):
    """Who is asking, and what for it may ask."""

    name: str
    scopes: frozenset[str]


class Stored(NamedTuple):
    """A key as the file knows it; moments are ISO 8601, UTC."""

    name: str
    scopes: tuple[str, ...]
    sha256: str
    created: str
    revoked: str | None


class Keys:
    """The keys of a shop, read by a running service: `refresh` looks whether the file is another one now.

    A file that cannot be read, or is gone, while the service runs leaves the keys as they were: a fault must not open doors.
    Nor does a start without the file: that keys were made stands in a file of its own, `keys.made`.
    """

    def __init__(self, home: Path) -> None:
        self._file = home / FILE
        self._seen: tuple[int, int, int] | None = None
        self._hashes: dict[bytes, tuple[str, Key]] = {}
        self.error: str | None = None
        self.any = False
        """Whether a key was ever made, revoked ones included. Where none was, and at loopback only, doors are open."""
        self._made = home / MADE
        self._load(self._stat())

    @property
    def lost(self) -> str | None:
        """What to do where keys were made and their file is gone, so that nobody may come in; None where it is there."""
        if self._hashes or not self.any or self._file.exists():
            return None
        return (
            f"{FILE} is gone, so nobody may ask: put it back, or make a key: willbuy keys add NAME. "
            f"To serve this machine without keys again, delete {MADE} as well"
        )

    def refresh(self) -> None:
        """Read the file again if it changed. Costs one look at the file; called a few times a second."""
        seen = self._stat()
        if seen in (self._seen, None):
            return
        try:
            self._load(seen)
        except WillbuyError as error:
            self._seen, self.error = seen, str(error)

    def check(self, header: bytes) -> Key | None:
        """The key in the value of `Authorization: Bearer ...` or `X-API-Key: ...`; None for any but an active one.

        The name in a key finds its hash, and `hmac.compare_digest` compares in a time that tells nothing of it.
        """
        token = header[7:] if header[:7].lower() == b"bearer " else header
        stored, key = self._hashes.get(token.split(b"_", 2)[1] if token.count(b"_") > 1 else b"", _UNKNOWN)
        same = hmac.compare_digest(hashlib.sha256(token).hexdigest(), stored)
        return key if same else None

    @property
    def active(self) -> int:
        """How many keys are good now."""
        return len(self._hashes)

    def _stat(self) -> tuple[int, int, int] | None:
        try:
            status = self._file.stat()
        except FileNotFoundError:
            return None
        return status.st_ino, status.st_mtime_ns, status.st_size

    def _load(self, seen: tuple[int, int, int] | None) -> None:
        stored = _read(self._file)
        self._hashes = {
            one.name.encode(): (one.sha256, Key(one.name, frozenset(one.scopes)))
            for one in stored
            if one.revoked is None
        }
        if stored and not self._made.exists():  # of an older willbuy
            with suppress(OSError):
                _note_made(self._made)
        self.any, self.error, self._seen = bool(stored) or self._made.exists(), None, seen


_UNKNOWN: tuple[str, Key | None] = (_NOBODY, None)


def add_key(home: Path, name: str, scopes: Iterable[str], moment: datetime, actor: str) -> str:
    """Make a key and return it: the only time it can be seen.

    Args:
        home: The shop's home.
        name: Who will use it: small letters, digits and hyphens, at most 40; never one that was used before.
        scopes: What it may do, of `ingest`, `predict`, `read`, `admin`.
        moment: When, UTC.
        actor: Who does it, for the audit log.

    Raises:
        WillbuyError: The name or a scope is none, or the name is taken.
    """
    wanted = _checked(name, scopes)
    token = f"wb_{name}_{secrets.token_urlsafe(32)}"
    with locked(home / LOCK):
        stored = _read(home / FILE)
        if name in {one.name for one in stored}:
            raise WillbuyError(f"there is a key {name!r} already, or there was: take another name")
        append(home, moment, actor, "add_key", name=name, scopes=list(wanted))
        _note_made(home / MADE)
        stored.append(Stored(name, wanted, hashlib.sha256(token.encode()).hexdigest(), _text(moment), None))
        _write(home, stored)
    return token


def revoke_key(home: Path, name: str, moment: datetime, actor: str) -> None:
    """Make a key useless; a running service knows within a second. Its name stays taken."""
    with locked(home / LOCK):
        stored = _read(home / FILE)
        names = [one.name for one in stored if one.revoked is None]
        if name not in names:
            raise WillbuyError(f"no active key {printable(name)!r}.{did_you_mean(name, names)}")
        append(home, moment, actor, "revoke_key", name=name)
        _write(home, [one._replace(revoked=_text(moment)) if one.name == name else one for one in stored])


def list_keys(home: Path) -> list[Stored]:
    """Every key that was ever made, in order, with its hash."""
    return _read(home / FILE)


def _checked(name: str, scopes: Iterable[str]) -> tuple[str, ...]:
    if not _NAME.fullmatch(name):
        raise WillbuyError(
            f"a key's name is 1 to 40 small letters, digits and hyphens; found: {printable(name)!r}"
        )
    found = set(scopes)
    for scope in sorted(found - set(SCOPES)):
        raise WillbuyError(
            f"no scope {printable(scope)!r}; there are {', '.join(SCOPES)}.{did_you_mean(scope, SCOPES)}"
        )
    if not found:
        raise WillbuyError(f"a key without a scope opens nothing: give --scope, of {', '.join(SCOPES)}")
    return tuple(scope for scope in SCOPES if scope in found)


def _text(moment: datetime) -> str:
    return f"{moment.isoformat(timespec='seconds')}Z"


def _read(file: Path) -> list[Stored]:
    try:
        content = json.loads(file.read_bytes())
        return [
            Stored(one["name"], tuple(one["scopes"]), one["sha256"], one["created"], one["revoked"])
            for one in content["keys"]
        ]
    except FileNotFoundError:
        return []
    except (ValueError, KeyError, TypeError):
        raise WillbuyError(
            f"{file} is damaged: put back a copy, or delete it and make every key anew with: willbuy keys add"
        ) from None


def _note_made(path: Path) -> None:
    """Keys are asked for from now on, whatever becomes of their file."""
    write_durably(path, b"Keys were made: the service asks for one. See willbuy keys.\n", mode=0o600)


def _write(home: Path, stored: list[Stored]) -> None:
    """Another file under the same name; only its owner may read it."""
    text = json.dumps({"keys": [one._asdict() for one in stored]}, indent=1)
    write_durably(home / FILE, text.encode(), mode=0o600)
