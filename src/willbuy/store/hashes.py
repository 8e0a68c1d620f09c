"""Hashes of ids: short ones to index by, keyed ones that cannot be read back."""

import hashlib


def short_hash(text: str) -> int:
    """64 bits of a text, signed as SQLite's integers are. Two texts may share one: whoever looks up compares the text.

    >>> short_hash("ann") == short_hash("ann"), short_hash("ann") == short_hash("bob")
    (True, False)
    """
    digest = hashlib.blake2b(text.encode(), digest_size=8).digest()
    return int.from_bytes(digest, "big", signed=True)


def keyed_hash(text: str, key: bytes) -> bytes:
    """32 bytes of a text that nobody can compare with a guess without the key (BLAKE2b, RFC 7693)."""
    return hashlib.blake2b(text.encode(), digest_size=32, key=key).digest()
