"""Where an anchor stands in a query: a literal moment, or a column of a joined table of anchors."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from willbuy.durations import HOUR, Duration
from willbuy.features.batch.local_sql import (
    local_day,
    local_hour,
    local_microseconds,
    local_weekday,
    utc_hour,
)
from willbuy.features.local_time import LocalTime, microseconds
from willbuy.warehouse.dialect import Dialect


class Bounds(Protocol):
    """What a recipe asks about the anchor. Every answer is an SQL expression.

    `inside` is for conditions on the events `p`, `outside` for values over the aggregated row `f`.
    """

    @property
    def inside(self) -> str:
        """The anchor, where events are aggregated."""

    @property
    def outside(self) -> str:
        """The anchor, where values are made of aggregates."""

    def start(self, span: Duration) -> str:
        """The first moment of a look-back window, where events are aggregated."""

    def day(self, clock: LocalTime) -> str:
        """The local day of the anchor, where values are made of aggregates."""

    def hour(self, clock: LocalTime) -> str:
        """The local hour of the anchor, where values are made of aggregates."""

    def weekday(self, clock: LocalTime) -> str:
        """The local weekday of the anchor, where values are made of aggregates."""

    def utc_hour(self) -> str:
        """The hour of the anchor since 1970, where values are made of aggregates."""


@dataclass(frozen=True)
class LiteralAnchor:
    """One moment for the whole query, written as literals."""

    moment: datetime
    dialect: Dialect

    @property
    def inside(self) -> str:
        return self.dialect.timestamp(self.moment)

    @property
    def outside(self) -> str:
        return self.inside

    def start(self, span: Duration) -> str:
        return self.dialect.timestamp(self.moment - timedelta(microseconds=span.microseconds))

    def day(self, clock: LocalTime) -> str:
        return str(clock.day(self.moment))

    def hour(self, clock: LocalTime) -> str:
        return str(clock.hour(self.moment))

    def weekday(self, clock: LocalTime) -> str:
        return str(clock.weekday(self.moment))

    def utc_hour(self) -> str:
        return str(microseconds(self.moment) // HOUR)


@dataclass(frozen=True)
class JoinedAnchor:
    """A moment for each row of a joined table `a`, in its column `moment`."""

    dialect: Dialect
    offsets: tuple[tuple[datetime, int], ...]

    @property
    def inside(self) -> str:
        return 'a."moment"'

    @property
    def outside(self) -> str:
        return 'f."moment"'

    def start(self, span: Duration) -> str:
        return self.dialect.earlier(self.inside, span.microseconds)

    def day(self, clock: LocalTime) -> str:
        return local_day(self._local(), self.dialect)

    def hour(self, clock: LocalTime) -> str:
        return local_hour(self._local(), self.dialect)

    def weekday(self, clock: LocalTime) -> str:
        return local_weekday(self._local(), self.dialect)

    def utc_hour(self) -> str:
        return utc_hour(self.outside, self.dialect)

    def _local(self) -> str:
        return local_microseconds(self.outside, self.offsets, self.dialect)
