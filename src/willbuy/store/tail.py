"""The newest events: appended and synced, but not yet in the indexes. Held in memory, made again at a start."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from willbuy.store.hashes import short_hash


@dataclass
class Tail:
    """Event ids and entities of the events numbered `first` to `last`, each with where they stand.

    >>> tail = Tail()
    >>> tail.add([(1, "ann", "e1"), (2, "bob", None), (3, "ann", "e3")])
    >>> tail.ids, tail.owners["ann"], tail.last
    ({'e1': 1, 'e3': 3}, [1, 3], 3)
    """

    first: int = 0
    last: int = 0
    ids: dict[str, int] = field(default_factory=dict)
    owners: dict[str, list[int]] = field(default_factory=dict)

    def __len__(self) -> int:
        return self.last - self.first + 1 if self.last else 0

    def add(self, events: Iterable[tuple[int, str, str | None]]) -> None:
        """Add events as `(seq, entity, event_id)`, in order."""
        for seq, entity, event_id in events:
            self.first = self.first or seq
            self.last = seq
            if event_id is not None:
                self.ids[event_id] = seq
            self.owners.setdefault(entity, []).append(seq)

    def entries(self) -> list[tuple[str, int, int]]:
        """What the indexes have to take in, as `(table, hash, seq)`, in the order in which the tables hold them."""
        ids = sorted((short_hash(event_id), seq) for event_id, seq in self.ids.items())
        owners = sorted((short_hash(entity), seq) for entity, found in self.owners.items() for seq in found)
        return [("ids", *entry) for entry in ids] + [("owners", *entry) for entry in owners]
