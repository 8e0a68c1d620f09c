"""The newest events: appended and synced, but not yet in the indexes. Held in memory, made again at a start."""

from array import array
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from willbuy.store.hashes import owner_hash
from willbuy.store.tallies import Key, Slot

Row = tuple[Any, ...]
Columns = tuple[NDArray[np.int64], NDArray[np.int64]]


class Tail:
    """Event ids, entities and tallies of the newest events. `last` is the newest's number.

    >>> tail = Tail()
    >>> tail.add([(1, "ann", "e1"), (2, "bob", None), (3, "ann", "e3")], {"e1": 99, "e3": 7})
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
        self._hashes = (array("q"), array("q"))  # of ids and of owners, each with the numbers of the events
        self._numbers = (array("q"), array("q"))
        self._size = 0
        self._ordered: tuple[Columns, ...] = ()
        self._keys: list[Key] = []

    def __len__(self) -> int:
        return self._size

    def add(self, rows: Sequence[Row], hashes: Mapping[str, int]) -> None:
        """Add events, in order: of their rows the number, the entity and the id are read; `hashes` are those of ids."""
        if not rows:
            return
        owners = self.owners
        for seq, entity, *_ in rows:
            before = owners.get(entity)
            if isinstance(before, list):
                before.append(seq)
            else:
                owners[entity] = seq if before is None else [before, seq]
        ids = [(row[2], row[0]) for row in rows if row[2] is not None]
        self.ids.update(ids)
        self._hashes[0].extend([hashes[event_id] for event_id, _ in ids])
        self._numbers[0].extend([seq for _, seq in ids])
        self._hashes[1].extend([owner_hash(row[1]) for row in rows])
        self._numbers[1].extend([row[0] for row in rows])
        self._size += len(rows)
        self.last = rows[-1][0]

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
        self._ordered = tuple(map(_in_order, self._hashes, self._numbers))
        self._keys = sorted(self.tallies)

    @property
    def frozen(self) -> bool:
        """Whether it was frozen."""
        return bool(self._ordered)

    @property
    def size(self) -> int:
        """How many entries there are to merge: ids, owners, and keys of tallies."""
        return self._pairs + len(self._keys)

    @property
    def _pairs(self) -> int:
        return sum(len(hashes) for hashes, _ in self._ordered)

    def entries(self, start: int, until: int) -> tuple[Sequence[tuple[Any, ...]], ...]:
        """The rows of the three tables that the entries from `start` to `until` stand for."""
        found: list[Sequence[tuple[Any, ...]]] = []
        for hashes, numbers in self._ordered:
            some = slice(max(0, start), max(0, until))
            found.append(list(zip(hashes[some].tolist(), numbers[some].tolist(), strict=True)))
            start, until = start - len(hashes), until - len(hashes)
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
        rest = self._keys[max(0, done - self._pairs) :][:1]
        return slots if rest and key >= rest[0] else []


def _in_order(hashes: "array[int]", numbers: "array[int]") -> Columns:
    """The two columns of an index, in its order; the numbers ascend as they are."""
    keys = np.array(hashes, dtype=np.int64)
    order = np.argsort(keys, kind="stable")
    return keys[order], np.array(numbers, dtype=np.int64)[order]
