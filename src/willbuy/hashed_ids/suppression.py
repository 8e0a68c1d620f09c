"""Who was erased, as keyed hashes: enough to know an erased visitor when one comes again, and to name nobody.

The key is of its own (`<home>/privacy/suppression.key`), so the list holds neither an id nor the hash that stands for
one in the data. One line an entity in `<home>/privacy/suppressed.txt`; a line is durable before it counts.
"""

import hmac
import os
from pathlib import Path

from willbuy.durable import sync_folder
from willbuy.errors import WillbuyError
from willbuy.hashed_ids.secret_file import make_secret, read_secret


class Suppression:
    """A shop's list of erased entities. An entity is given as it is stored: hashed, where the shop hashes ids."""

    def __init__(self, home: Path) -> None:
        self._key = home / "privacy" / "suppression.key"
        self._list = home / "privacy" / "suppressed.txt"
        self._read: tuple[tuple[int, int] | None, frozenset[str]] = (None, frozenset())
        self._secret: bytes | None = None

    def add(self, entity: str) -> None:
        """Put an entity on the list, for good. Adding it again changes nothing."""
        if self.digest(entity) in self.digests:
            return
        with self._list.open("a", encoding="ascii") as file:
            file.write(
                f"\n{self.digest(entity)}\n"
            )  # a line that a power cut left unfinished spoils no other
            file.flush()
            os.fsync(file.fileno())
        sync_folder(self._list.parent)

    def holds(self, entity: str) -> bool:
        """Whether an entity was erased. Sees what another process has added since."""
        digests = self.digests
        return bool(digests) and self.digest(entity) in digests

    @property
    def digests(self) -> frozenset[str]:
        """The list: HMAC-SHA-256 of each entity with `secret`, as hex. A line that was cut by a power cut does not count."""
        try:
            found = self._list.stat()
        except FileNotFoundError:
            return frozenset()
        state = (found.st_ino, found.st_size)
        read, digests = self._read
        if state != read:
            lines = self._list.read_text(encoding="ascii").split("\n")
            digests = frozenset(line for line in lines if len(line) == 64)
            self._read = state, digests  # at once: of two threads the later one may have read less
        return digests

    @property
    def secret(self) -> bytes:
        """The list's key, made before the first line. Raises WillbuyError where it is gone: all would be let in again."""
        if self._secret is not None:
            return self._secret
        listed = self._list.exists()  # asked first: whoever wrote a line meanwhile had made the key before it
        found = read_secret(self._key)
        if found is None and not listed:
            found = make_secret(self._key)
        if found is None:
            raise WillbuyError(
                f"{self._list} names erased visitors by a key, and {self._key} is gone. Put it back from a backup: "
                "without it their later events cannot be told from others."
            )
        self._secret = found
        return found

    def digest(self, entity: str) -> str:
        """The entity's line on the list: HMAC-SHA-256 with the key of the list, as hex."""
        return hmac.digest(self.secret, entity.encode("utf-8", "surrogatepass"), "sha256").hex()
