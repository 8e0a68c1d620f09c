"""The columns that one pass over the events adds for a feature set."""

from dataclasses import dataclass, field

from willbuy.events.canonical import KINDS
from willbuy.features.algebra.feature import Windowed, kinds_slug, slug


def kind_code(kind: str) -> int:
    """The small integer that stands for a kind: its place in KINDS."""
    return KINDS.index(kind)


@dataclass(frozen=True)
class NextEvent:
    """The time of the next event of the same entity in the same group, null for the last of all.

    Distinct counts need no join with it: of a group's events before an anchor, exactly one is followed by none
    before that anchor. `partition` holds column names or conditions, `order` settles events of one moment.
    """

    name: str
    partition: tuple[str, ...]
    order: tuple[str, ...] = ()


@dataclass
class PreparedColumns:
    """What the prepared events must carry."""

    kept: set[str] = field(default_factory=set)  # columns of the canonical event
    next_events: dict[str, NextEvent] = field(default_factory=dict)
    day: bool = False  # the local day
    session_start: bool = False

    def merge(self, other: "PreparedColumns") -> None:
        """Carry what another compilation needs as well."""
        self.kept |= other.kept
        self.next_events |= other.next_events
        self.day |= other.day
        self.session_start |= other.session_start


def next_in_group(feature: Windowed, group: str, group_name: str) -> NextEvent:
    """The next event that the feature reads with the same `group`: item_key, category, day, session_start.

    Features of single kinds share one column, as the kind itself is part of the group.
    """
    if len(feature.kinds) == 1 and feature.category is None:
        return NextEvent(f"next_{group_name}_of_kind", ("kind", group))
    conditions = []
    if feature.kinds:
        conditions.append(f'"kind" IN ({", ".join(str(kind_code(kind)) for kind in feature.kinds)})')
    name = f"next_{group_name}_{kinds_slug(feature.kinds)}"
    if feature.category is not None:
        conditions.append('"category" = ' + "'" + feature.category.replace("'", "''") + "'")
        name += f"_in_{slug(feature.category)}"
    return NextEvent(name, (*(f"({condition})" for condition in conditions), group))
