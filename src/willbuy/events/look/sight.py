"""What was seen when looking at a log, and what was decided from it."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from willbuy.durations import Duration
from willbuy.events.presets import ResolvedSource
from willbuy.shop import Source


@dataclass(frozen=True)
class Choice:
    """Something that was decided, and why: `value` stands in the shop file, `why` in the comment above it."""

    value: str
    why: str


@dataclass(frozen=True)
class KindSeen:
    """One of the log's own names of what happened: how often, and the canonical kind it is read as."""

    name: str
    kind: str
    events: int


@dataclass(frozen=True)
class Sample:
    """Only the beginning of the log was looked at. `of` is its whole size, where that is known."""

    looked: int
    of: int | None
    unit: str  # "bytes" or "rows"


@dataclass(frozen=True)
class BaseRate:
    """How many of a population buy within the horizon.

    Horizon tasks: entities seen in [anchor - active_within, anchor), of which `positives` buy in
    [anchor, anchor + within). Session tasks (`anchor` is None): sessions, of which `positives` hold a purchase.
    """

    n: int
    positives: int
    anchor: datetime | None = None

    @property
    def rate(self) -> float | None:
        """`positives / n`, None when nobody is in the population.

        >>> BaseRate(200, 7).rate
        0.035
        """
        return self.positives / self.n if self.n else None


@dataclass(frozen=True)
class Sight:
    """What `willbuy init` saw in a log. Times are UTC; counts are of the rows looked at (see `sample`)."""

    files: tuple[Path, ...]
    source: Source
    resolved: ResolvedSource
    format: str
    header: tuple[str, ...]
    preset: Choice | None
    columns: dict[str, Choice]
    kinds: tuple[KindSeen, ...]
    time_unit: Choice
    time_zone: Choice
    shop_zone: Choice
    within: Choice
    active_within: Choice | None  # None: everyone ever seen
    every: Duration | None
    catalogue: Choice
    rows: int
    unreadable: int
    without_entity: int
    without_time: int
    without_kind: int
    first: datetime
    last: datetime
    entities: int
    buyers: int
    rate: BaseRate | None
    money: str | None  # why so many currency digits
    sample: Sample | None
    notes: tuple[str, ...]

    @property
    def purchases(self) -> int:
        """Events that are read as purchases."""
        return sum(seen.events for seen in self.kinds if seen.kind == "purchase")
