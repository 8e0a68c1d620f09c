"""Local days and hours of a zone, as literal offsets: no engine's own time zone is ever asked."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from willbuy.durations import DAY, HOUR
from willbuy.errors import ShopError, did_you_mean

EPOCH = datetime(1970, 1, 1)
MICROSECOND = timedelta(microseconds=1)


def microseconds(moment: datetime) -> int:
    """Microseconds since 1970 of a naive UTC moment.

    >>> microseconds(datetime(1970, 1, 2))
    86400000000
    """
    return (moment - EPOCH) // MICROSECOND


@dataclass(frozen=True)
class LocalTime:
    """The clock of a zone, daylight saving included.

    >>> clock = LocalTime("Europe/Berlin")
    >>> clock.day(datetime(2015, 7, 1, 22, 30)) - clock.day(datetime(2015, 7, 1, 21, 30))
    1
    >>> clock.hour(datetime(2015, 7, 1, 22, 30)), clock.weekday(datetime(2015, 7, 1, 22, 30))
    (0, 3)
    """

    zone: str = "UTC"

    def __post_init__(self) -> None:
        try:
            ZoneInfo(self.zone)
        except (ZoneInfoNotFoundError, ValueError) as error:
            from zoneinfo import available_timezones

            hint = did_you_mean(self.zone, available_timezones())
            raise ShopError(
                f"{self.zone!r} is no time zone; write one such as 'Europe/Berlin' or 'UTC'.{hint}"
            ) from error

    def offset(self, moment: datetime) -> int:
        """Microseconds by which local time is ahead of UTC at a naive UTC moment."""
        if self.zone == "UTC":
            return 0
        offset = moment.replace(tzinfo=UTC).astimezone(ZoneInfo(self.zone)).utcoffset()
        return 0 if offset is None else offset // MICROSECOND

    def local(self, moment: datetime) -> int:
        """Local microseconds since 1970-01-01 00:00 local time."""
        return microseconds(moment) + self.offset(moment)

    def day(self, moment: datetime) -> int:
        """The local day, counted from 1970-01-01."""
        return self.local(moment) // DAY

    def hour(self, moment: datetime) -> int:
        """The local hour, 0 to 23."""
        return self.local(moment) % DAY // HOUR

    def weekday(self, moment: datetime) -> int:
        """The local weekday: Monday is 0, Sunday is 6."""
        return (self.day(moment) + 3) % 7

    def midnight(self, day: int) -> datetime:
        """The naive UTC moment at which a local day begins: its first moment, where clocks leap over midnight."""
        start = EPOCH + timedelta(days=day)
        low, high = microseconds(start - timedelta(days=2)), microseconds(start + timedelta(days=2))
        while (
            low < high
        ):  # the first moment whose local day is `day`; local days never run backwards by more than hours
            middle = (low + high) // 2
            if self.day(EPOCH + middle * MICROSECOND) >= day:
                high = middle
            else:
                low = middle + 1
        return EPOCH + low * MICROSECOND

    def offsets(self, first: datetime, last: datetime) -> list[tuple[datetime, int]]:
        """The offsets in force from `first` to `last`: (from when, microseconds), oldest first.

        >>> [(str(since), offset // HOUR) for since, offset in
        ...  LocalTime("Europe/Berlin").offsets(datetime(2015, 1, 1), datetime(2015, 12, 31))]
        [('2015-01-01 00:00:00', 1), ('2015-03-29 01:00:00', 2), ('2015-10-25 01:00:00', 1)]
        """
        found = [(first, self.offset(first))]
        for number in range((last.date() - first.date()).days + 1):
            begin = max(first, _at_midnight(first.date() + timedelta(days=number)))
            end = min(last, _at_midnight(first.date() + timedelta(days=number + 1)))
            if begin < end and self.offset(begin) != self.offset(end):
                found.append((self._change(begin, end), self.offset(end)))
        return found

    def _change(self, begin: datetime, end: datetime) -> datetime:
        """The first moment after `begin` at which the offset of `end` is in force."""
        low, high, wanted = microseconds(begin), microseconds(end), self.offset(end)
        while low < high:
            middle = (low + high) // 2
            if self.offset(EPOCH + middle * MICROSECOND) == wanted:
                high = middle
            else:
                low = middle + 1
        return EPOCH + low * MICROSECOND


def _at_midnight(day: date) -> datetime:
    return datetime(day.year, day.month, day.day)
