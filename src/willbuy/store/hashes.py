"""Short hashes of ids, to index by. Two texts may share one: whoever looks up compares the texts."""

import hashlib
from collections.abc import Sequence
from zlib import crc32


def id_hashes(event_ids: Sequence[str]) -> list[int]:
    """64 bits of each text, signed as SQLite's integers are (BLAKE2b, RFC 7693). Nobody makes two alike by chance.

    >>> id_hashes(["e1"]) == id_hashes(["e1"]), len(set(id_hashes(["e1", "e2"])))
    (True, 2)
    """
    blake, to_int = hashlib.blake2b, int.from_bytes
    return [to_int(blake(i.encode(), digest_size=8).digest(), "big", signed=True) for i in event_ids]


def owner_hash(entity: str) -> int:
    """32 bits of an entity. Of a million entities a few hundred share theirs with another.

    >>> owner_hash("ann") == owner_hash("ann"), owner_hash("ann") == owner_hash("bob")
    (True, False)
    """
    return crc32(entity.encode())
