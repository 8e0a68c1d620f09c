"""The newest events: appended and synced, but not yet in the indexes. Held in memory, made again at a start."""

from array import array
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np

from willbuy.store.hashes import owner_hash


class New(NamedTuple):
    """An event that is added: its number, its entity, its id and the hash of that."""

    seq: int
    entity: str
    event_id: str | None
    hash: int


@dataclass
class Tail:
    """Event ids and entities of the newest events, each with where they stand. `last` is the newest's number.

    >>> tail = Tail()
    >>> tail.add([New(1, "ann", "e1", 99), New(2, "bob", None, 0), New(3, "ann", "e3", 7)])
    >>> tail.ids, tail.owned("ann"), tail.last, len(tail)
    ({'e1': 1, 'e3': 3}, [1, 3], 3, 3)
    >>> tail.entries("ids")
    [(7, 3), (99, 1)]
    """

    last: int = 0
    ids: dict[str, int] = field(default_factory=dict)
    owners: dict[str, int | list[int]] = field(default_factory=dict)
    _hashes: "dict[str, array[int]]" = field(
        default_factory=lambda: {"ids": array("q"), "owners": array("q")}
    )  # of each index hash, seq, hash, seq, ...
    _size: int = 0

    def __len__(self) -> int:
        return self._size

    def add(self, events: Sequence[New]) -> None:
        """Add events, in order."""
        if not events:
            return
        owners = self.owners
        for seq, entity, event_id, _ in events:
            if event_id is not None:
                self.ids[event_id] = seq
            before = owners.get(entity)
            if isinstance(before, list):
                before.append(seq)
            else:
                owners[entity] = seq if before is None else [before, seq]
        self.last = events[-1].seq
        self._size += len(events)
        ids, own = self._hashes["ids"], self._hashes["owners"]
        ids.extend(n for e in events if e.event_id is not None for n in (e.hash, e.seq))
        own.extend(n for e in events for n in (owner_hash(e.entity), e.seq))

    def owned(self, entity: str) -> list[int]:
        """The numbers of an entity's events."""
        found = self.owners.get(entity, [])
        return list(found) if isinstance(found, list) else [found]

    def entries(self, table: str) -> list[tuple[int, int]]:
        """What an index has to take in, as `(hash, seq)`, in the order in which it holds them."""
        pairs = np.frombuffer(self._hashes[table], dtype=np.int64).reshape(-1, 2).copy()
        ordered = pairs[np.argsort(pairs[:, 0], kind="stable")]
        return list(zip(ordered[:, 0].tolist(), ordered[:, 1].tolist(), strict=True))
