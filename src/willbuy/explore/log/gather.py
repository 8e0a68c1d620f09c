"""One pass over the log, a group of entities at a time: every question's counts, added up over the groups."""

import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from willbuy.explore.log.tables import LogTables, Question
from willbuy.snapshots.groups import Group, entity_groups, for_each_group
from willbuy.snapshots.steps import Progress, Steps

if TYPE_CHECKING:
    from willbuy.warehouse.engine import Warehouse

Key = tuple[int, ...]
Tallied = dict[Key, list[int]]


@dataclass(frozen=True)
class Tally:
    """A query over one group's tables, all of whole numbers: its last `sums` columns are added up over the groups.

    The columns before them are the key. It counts whole entities, and an entity is in one group only, so the sums are
    those of the log.
    """

    sql: Callable[[LogTables], str]
    sums: int = 1


def gather(
    warehouse: "Warehouse",
    question: Question,
    tallies: Mapping[str, Tally],
    progress: Progress | None = None,
    groups: Sequence[Group] | None = None,
) -> dict[str, Tallied]:
    """Ask every tally of every group, in bounded memory; `groups` overrides how the entities are parted."""
    found: dict[str, Tallied] = {name: {} for name in tallies}
    lock = threading.Lock()
    with warehouse.side_by_side() as workers:
        parted = groups or entity_groups(question.log.events, workers)
        steps = Steps("events", len(parted), progress)

        def work(beside: "Warehouse", group: Group) -> None:
            tables = LogTables(group.number, question)
            try:
                tables.make(beside, group.events(beside))
                for name, tally in tallies.items():
                    rows = beside.rows(tally.sql(tables))
                    with lock:
                        _add(found[name], rows, tally.sums)
            finally:
                tables.drop(beside)
            steps.done()

        for_each_group(warehouse, parted, workers, work)
    return found


def _add(sums: Tallied, rows: Sequence[tuple[int, ...]], number: int) -> None:
    for row in rows:
        key, values = tuple(int(part) for part in row[:-number]), row[-number:]
        known = sums.setdefault(key, [0] * number)
        for place, value in enumerate(values):
            known[place] += int(value or 0)
