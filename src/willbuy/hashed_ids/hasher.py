"""From an id to the keyed hash that stands in its place: HMAC-SHA-256 (RFC 2104, FIPS 198-1), as hex.

Whoever has the key can tell which hash an id has; without it nobody can try ids out. The key is WILLBUY_ID_KEY, or the
file `id.key` in the shop's home, which is made when it is first needed. Its fingerprint lies beside the data, so that
data are never mixed from two keys.
"""

import hmac
import os
import sqlite3
from contextlib import closing
from pathlib import Path

from willbuy.errors import ShopError, WillbuyError
from willbuy.hashed_ids.secret_file import checked, make_secret, read_secret, sync_folder
from willbuy.shop import Source, presets
from willbuy.shop.common import Common

VARIABLE = "WILLBUY_ID_KEY"
KEY = "id.key"
FINGERPRINT = "id.fingerprint"


class Hasher:
    """Hashes ids with one key. `suffix` is the ending that entities lose (`source.drop_suffix.entity`), "" for none.

    >>> hasher = Hasher(b"k" * 32, suffix=".0")
    >>> hasher.hash("ann")[:12], len(hasher.hash("ann"))
    ('8adee30bc7f0', 64)
    >>> hasher.entity("123.0") == hasher.entity("123") == hasher.hash("123")
    True
    """

    def __init__(self, secret: bytes, suffix: str = "") -> None:
        self.secret = secret
        self.suffix = suffix

    def hash(self, text: str) -> str:
        """The hash of a cleaned id: 64 hex digits. A lone surrogate, which no text holds, raises ValueError."""
        return hmac.digest(self.secret, text.encode("utf-8"), "sha256").hex()

    def entity(self, text: str) -> str:
        """The hash of an id as it comes in: what ingest keeps of a row that says so, and the service of an event."""
        return self.hash(self.clean(text))

    def clean(self, text: str) -> str:
        """The id without the ending that the shop file says it loses, once."""
        return text.removesuffix(self.suffix)

    @property
    def fingerprint(self) -> str:
        """Tells one key from another, and nothing about either: 32 hex digits."""
        return hmac.digest(self.secret, b"willbuy: fingerprint of the id key", "sha256").hex()[:32]

    def __repr__(self) -> str:
        return f"Hasher({self.fingerprint[:8]})"  # never the key


def open_hasher(shop: Common) -> Hasher | None:
    """The shop's hasher; None where ids are kept as they are.

    Raises WillbuyError when the key is too short, when everyone can read its file, when it is not the key that the data
    in the shop's home were hashed with, or when that log was ingested with the other `hash_ids`.
    """
    source = getattr(shop, "source", None)
    if not isinstance(source, Source):
        return None
    _same_choice(shop.home, source.hash_ids)
    if not source.hash_ids:
        return None
    hasher = Hasher(_secret(shop.home), entity_suffix(source))
    _same_key(shop.home, hasher)
    return hasher


def entity_of(shop: Common, text: str) -> str:
    """An id as it comes in -> the entity as it is stored: without the ending that it loses, hashed where the shop says so.

    A shop of a table keeps its ids as they are. Raises WillbuyError as `open_hasher` does.
    """
    source = getattr(shop, "source", None)
    if not isinstance(source, Source):
        return text
    hasher = open_hasher(shop)
    return hasher.entity(text) if hasher else text.removesuffix(entity_suffix(source))


def entity_suffix(source: Source) -> str:
    """The ending that entities lose, by the shop file or its preset; "" for none.

    >>> entity_suffix(Source(drop_suffix={"entity": ".0"}))
    '.0'
    """
    base = presets.get(source.preset).source.get("drop_suffix", {}) if source.preset else {}
    return str({**base, **source.drop_suffix}.get("entity", ""))


def _secret(home: Path) -> bytes:
    given = os.environ.get(VARIABLE)
    if given is not None:
        return checked(given.strip(), VARIABLE)
    found = read_secret(home / KEY)
    if found is not None:
        return found
    if (home / FINGERPRINT).exists():
        raise WillbuyError(
            f"the ids in {home} are hashed, and their key is gone: there is neither {VARIABLE} nor {home / KEY}. "
            f"Put the key back, or delete {home} and ingest anew."
        )
    return make_secret(home / KEY)


def _same_choice(home: Path, hash_ids: bool) -> None:
    """Refuse a `hash_ids` that is not that of the log: an id would be looked for, kept or erased as what no row has."""
    hashed = (home / FINGERPRINT).exists()  # written before the first row, and only where ids are hashed
    if hashed != hash_ids and _ingested(home):
        kept, declared = ("hashes", "false") if hashed else ("the ids as they came", "true")
        raise ShopError(
            f"the log in {home} was ingested with {kept}, and the shop file has source.hash_ids = {declared} now. "
            f"Change it back, or delete {home} and ingest anew."
        )


def _ingested(home: Path) -> bool:
    """Whether the ledger of ingest has a file that was read whole: what an interrupted ingest left is no log yet."""
    ledger = home / "ledger.sqlite"
    if not ledger.exists():
        return False
    with closing(sqlite3.connect(ledger)) as opened:
        try:
            return bool(opened.execute("SELECT 1 FROM sources WHERE status = 'done' LIMIT 1").fetchall())
        except sqlite3.OperationalError:  # made a moment ago, without a table yet
            return False


def _same_key(home: Path, hasher: Hasher) -> None:
    """Compare the key's fingerprint with that of the data, or write it down where there is none yet."""
    path = home / FINGERPRINT
    try:
        known = path.read_text(encoding="utf-8").strip()
    except FileNotFoundError:
        home.mkdir(parents=True, exist_ok=True)
        partial = path.with_name(f"{FINGERPRINT}.{os.getpid()}.partial")
        with partial.open("w", encoding="utf-8") as file:
            file.write(hasher.fingerprint + "\n")
            file.flush()
            os.fsync(file.fileno())
        partial.replace(path)
        sync_folder(home)
        return
    if known != hasher.fingerprint:
        raise WillbuyError(
            f"the ids in {home} were hashed with the key {known[:8]}, and the key at hand is {hasher.fingerprint[:8]} "
            f"({VARIABLE if VARIABLE in os.environ else home / KEY}). Use the first, or delete {home} and ingest anew."
        )
