"""The newest events: appended and synced, but not yet in the indexes. Held in memory, made again at a start."""

from array import array
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from willbuy.store.hashes import owner_hash
from willbuy.store.tallies import Key, Slot


class New(NamedTuple):
    """An event that is added: its number, its entity, its id and the hash of that."""

    seq: int
    entity: str
    event_id: str | None
    hash: int


class Tail:
    """Event ids, entities and tallies of the newest events. `last` is the newest's number.

    >>> tail = Tail()
    >>> tail.add([New(1, "ann", "e1", 99), New(2, "bob", None, 0), New(3, "ann", "e3", 7)])
    >>> tail.ids, tail.owned("ann"), tail.last, len(tail)
    ({'e1': 1, 'e3': 3}, [1, 3], 3, 3)
    >>> tail.freeze()
    >>> tail.entries(0, 2)[0]
    [(7, 3), (99, 1)]
    """

    def __init__(self) -> None:
        self.last = 0
        self.ids: dict[str, int] = {}
        self.owners: dict[str, int | list[int]] = {}
        self.tallies: dict[Key, dict[Slot, int]] = {}
        self._pairs = {"ids": array("q"), "owners": array("q")}  # of each index hash, seq, hash, seq, ...
        self._size = 0
        self._ordered: tuple[NDArray[np.int64], ...] = ()
        self._keys: list[Key] = []

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
        ids, own = self._pairs["ids"], self._pairs["owners"]
        ids.extend(n for e in events if e.event_id is not None for n in (e.hash, e.seq))
        own.extend(n for e in events for n in (owner_hash(e.entity), e.seq))

    def tally(self, found: Iterable[tuple[Key, Slot]]) -> None:
        """Tally events: a slot for each table that they are in."""
        tallies = self.tallies
        for key, slot in found:
            slots = tallies.get(key)
            if slots is None:
                slots = tallies[key] = {}
            slots[slot] = slots.get(slot, 0) + 1

    def owned(self, entity: str) -> list[int]:
        """The numbers of an entity's events."""
        found = self.owners.get(entity, [])
        return list(found) if isinstance(found, list) else [found]

    def freeze(self) -> None:
        """Put what the tables of ids, owners and tallies have to take in into the order of these."""
        self._ordered = (self._in_order("ids"), self._in_order("owners"))
        self._keys = sorted(self.tallies)

    @property
    def frozen(self) -> bool:
        """Whether it was frozen."""
        return bool(self._ordered)

    @property
    def size(self) -> int:
        """How many entries there are to merge: ids, owners, and keys of tallies."""
        return sum(map(len, self._ordered)) + len(self._keys)

    def entries(self, start: int, until: int) -> tuple[Sequence[tuple[Any, ...]], ...]:
        """The rows of the three tables that the entries from `start` to `until` stand for."""
        found: list[Sequence[tuple[Any, ...]]] = []
        for ordered in self._ordered:
            found.append([tuple(pair) for pair in ordered[max(0, start) : max(0, until)].tolist()])
            start, until = start - len(ordered), until - len(ordered)
        keys = self._keys[max(0, start) : max(0, until)]
        found.append([(*key, *slot, n) for key in keys for slot, n in self.tallies[key].items()])
        return tuple(found)

    def unmerged(self, key: Key, merged: int, merging: int, done: int) -> list[tuple[Slot, int]]:
        """The slots of an item, or category, that are not in their table yet; see `Index` for the three numbers."""
        if not self.last or self.last <= merged:
            return []
        slots = list(self.tallies.get(key, {}).items())
        if self.last != merging or not self.frozen:
            return slots
        rest = self._keys[max(0, done - sum(map(len, self._ordered))) :][:1]
        return slots if rest and key >= rest[0] else []

    def _in_order(self, table: str) -> NDArray[np.int64]:
        pairs = np.frombuffer(self._pairs[table], dtype=np.int64).reshape(-1, 2).copy()
        return pairs[np.lexsort((pairs[:, 1], pairs[:, 0]))]
