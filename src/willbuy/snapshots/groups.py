"""Bounded memory, and all processors: entities in groups that are worked on side by side."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from typing import TYPE_CHECKING

from willbuy.features.batch.tables import Tables
from willbuy.warehouse.layout import BUCKETS

if TYPE_CHECKING:
    from willbuy.warehouse.engine import Warehouse

SMALL, LARGE = 250_000, 2_000_000
"""A log of fewer events is not worth parting; a group of more may be, see `largest_group`."""

PREPARED = 160_000_000
"""Bytes that the prepared events of a group may well take."""


@dataclass(frozen=True)
class Group:
    """Some of the entities: those of certain of silver's buckets; of these, one part of `parts`, where there are several."""

    number: int
    buckets: tuple[int, ...]
    part: int = 0
    parts: int = 1

    @property
    def tables(self) -> Tables:
        """The tables that are this group's own."""
        return Tables.of_group(self.number)

    def events(self, warehouse: "Warehouse") -> str:
        """A FROM item with the group's events."""
        whole = len(self.buckets) == BUCKETS
        events = '"events"' if whole else warehouse.events_of(self.buckets)
        if self.parts == 1:
            return events
        rest = warehouse.dialect.whole(f'"entity_key" % {BUCKETS * self.parts}', BUCKETS)
        return f"(SELECT * FROM {events} t WHERE {rest} = {self.part})"


def largest_group(columns: int) -> int:
    """How many events a group should hold at most, where so many columns are prepared of each.

    Fewer groups ask fewer queries: each costs some milliseconds to plan.

    >>> largest_group(5), largest_group(40)
    (4000000, 2000000)
    """
    return max(LARGE, PREPARED // (8 * columns))


def entity_groups(events: int, workers: int, small: int = SMALL, large: int = LARGE) -> list[Group]:
    """Part the entities of a log into groups: enough of them for memory, and one a worker where that is worth it.

    A bucket whose events are too many for one group is parted by its entities' keys: it is read once for each part.

    >>> [len(entity_groups(events, workers=2)) for events in (100, 300_000, 30_000_000, 110_000_000)]
    [1, 2, 16, 64]
    >>> entity_groups(110_000_000, workers=2)[17]
    Group(number=17, buckets=(1,), part=1, parts=4)
    """
    number = 1
    while number * large < events or (number < min(workers, BUCKETS) and number * small < events):
        number *= 2
    if number > BUCKETS:
        parts = number // BUCKETS
        return [Group(group, (group % BUCKETS,), group // BUCKETS, parts) for group in range(number)]
    return [Group(group, tuple(range(group, BUCKETS, number))) for group in range(number)]


def groups_of(buckets: Sequence[int]) -> list[Group]:
    """The entities of some of silver's buckets, a group each: a sample, as ids are spread over the buckets.

    >>> groups_of((3, 11))
    [Group(number=0, buckets=(3,), part=0, parts=1), Group(number=1, buckets=(11,), part=0, parts=1)]
    """
    return [Group(number, (bucket,)) for number, bucket in enumerate(buckets)]


def for_each_group(
    warehouse: "Warehouse",
    groups: Sequence[Group],
    workers: int,
    work: Callable[["Warehouse", Group], None],
) -> None:
    """Do the work of every group, `workers` at once, each on a connection of its own. The first error ends it."""
    if len(groups) == 1:
        work(warehouse, groups[0])
        return

    def alone(group: Group) -> None:
        other = warehouse.beside()
        try:
            work(other, group)
        finally:
            other.close()

    with ThreadPoolExecutor(max_workers=workers) as pool:
        waiting = [pool.submit(alone, group) for group in groups]
        try:
            for done in as_completed(waiting):
                done.result()
        except BaseException:
            pool.shutdown(wait=True, cancel_futures=True)
            raise
