"""Facts about items on a day, from the history's tallies and the live ones: what `item_facts_at` computes from all events."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from willbuy.features.feature_set import FeatureSet
from willbuy.features.local_time import LocalTime
from willbuy.store.kept import Kept
from willbuy.store.tallies import TABLES, Key, Slot, Table, now_of, total

MOST = 50_000

Read = Callable[[Key], list[tuple[Slot, int]]]
ReadMany = Callable[[Sequence[Key]], Mapping[Key, list[tuple[Slot, int]]]]
Epoch = tuple[int, ...]


class FactBook:
    """The facts that feature sets read, of any moment; those of the newest days are kept.

    `used` are the feature sets, the newest last. Of facts by days the newest one's clock holds.
    """

    def __init__(self, used: Sequence[FeatureSet], read: Read) -> None:
        self.local = used[-1].clock if used else LocalTime()
        self.used = tuple(dict.fromkeys(features for features in used if features.clock == self.local))
        self._facts = tuple({fact.name: fact for features in self.used for fact in features.facts}.values())
        self._read = read
        self.kept: Kept[tuple[Epoch, Mapping[str, int]]] = Kept(MOST)

    def at(self, moment: datetime) -> "FactsAt":
        """The facts as known at the close of the day, or the hour, before that of the moment."""
        return FactsAt(self, moment)

    def epoch(self, moment: datetime) -> Epoch:
        """The day or hour of each fact at a moment."""
        return tuple(now_of(fact, moment, self.local) for fact in self._facts)

    def of(self, about: str, epoch: Epoch) -> Mapping[str, int]:
        """The facts of an item, and of a category of that name."""
        found = self.kept.get(about)
        if found is not None and found[0] == epoch:
            return found[1]
        turn = self.kept.turn
        facts = self._sum(about, epoch)
        self.kept.put(about, (epoch, facts), turn)
        return facts

    def prepare(self, abouts: Iterable[str], moment: datetime, read: ReadMany) -> None:
        """Have the facts of items and categories as of a moment in memory, with one question for all that are not."""
        epoch, turn = self.epoch(moment), self.kept.turn
        missing = [about for about in set(abouts) if (self.kept.get(about) or ((), {}))[0] != epoch]
        tables = {TABLES.index(Table(fact.of, fact.hourly)) for fact in self._facts}
        if not missing or not tables:
            return
        found = read([(table, about) for table in tables for about in missing])
        for about in missing:
            self.kept.put(about, (epoch, self._sum(about, epoch, lambda key: found.get(key, []))), turn)

    def _sum(self, about: str, epoch: Epoch, read: Read | None = None) -> dict[str, int]:
        slots: dict[int, list[tuple[Slot, int]]] = {}
        facts = {}
        for fact, now in zip(self._facts, epoch, strict=True):
            table = TABLES.index(Table(fact.of, fact.hourly))
            if table not in slots:
                slots[table] = (read or self._read)((table, about))
            facts[fact.name] = total(fact, slots[table], now)
        return facts


class FactsAt:
    """What is known of items at a moment; ask it as one asks a mapping."""

    def __init__(self, book: FactBook, moment: datetime) -> None:
        self._book, self._epoch = book, book.epoch(moment)
        self.local = book.local
        """By whose days items are counted now."""

    def get(self, item: str, default: Any = None) -> Mapping[str, int]:
        """The facts by name of an item, or of a category; 0 where nobody had done anything by then."""
        return self._book.of(item, self._epoch)
