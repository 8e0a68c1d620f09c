"""Where an anchor stands in a query: a literal moment, or a column of a joined table of anchors."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from willbuy.durations import Duration
from willbuy.features.local_time import LocalTime
from willbuy.warehouse.dialect import Dialect


class Bounds(Protocol):
    """What a recipe asks about the anchor. Every answer is an SQL expression."""

    def anchor(self) -> str:
        """The anchor."""

    def start(self, span: Duration) -> str:
        """The first moment of a look-back window."""

    def local(self, clock: LocalTime) -> str:
        """Local microseconds of the anchor since 1970."""


@dataclass(frozen=True)
class LiteralAnchor:
    """One moment for the whole query, written as literals."""

    moment: datetime
    dialect: Dialect

    def anchor(self) -> str:
        return self.dialect.timestamp(self.moment)

    def start(self, span: Duration) -> str:
        return self.dialect.timestamp(self.moment - timedelta(microseconds=span.microseconds))

    def local(self, clock: LocalTime) -> str:
        return f"CAST({clock.local(self.moment)} AS BIGINT)"


@dataclass(frozen=True)
class JoinedAnchor:
    """A moment for each row of a joined table `a`, in its column `moment`."""

    dialect: Dialect
    offsets: tuple[tuple[datetime, int], ...]

    def anchor(self) -> str:
        return 'a."moment"'

    def start(self, span: Duration) -> str:
        return self.dialect.earlier(self.anchor(), span.microseconds)

    def local(self, clock: LocalTime) -> str:
        return local_microseconds(self.anchor(), self.offsets, self.dialect)


def local_microseconds(moment: str, offsets: tuple[tuple[datetime, int], ...], dialect: Dialect) -> str:
    """Local microseconds of a timestamp expression: a CASE over the zone's offsets, newest first."""
    utc = dialect.microseconds(moment)
    (_, oldest), *later = offsets
    if not later:
        return f"({utc} + {oldest})" if oldest else utc
    cases = " ".join(
        f"WHEN {moment} >= {dialect.timestamp(since)} THEN {offset}" for since, offset in reversed(later)
    )
    return f"({utc} + CASE {cases} ELSE {oldest} END)"
