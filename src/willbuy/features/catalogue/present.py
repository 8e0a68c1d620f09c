"""What a log holds: the kinds and fields that decide which features of a catalogue make sense."""

from dataclasses import dataclass

from willbuy.durations import Duration
from willbuy.features.algebra import Window


@dataclass(frozen=True)
class Present:
    """The kinds and the optional fields that occur in a log, and the look-back windows to use, shortest first."""

    kinds: tuple[str, ...]
    fields: tuple[str, ...]
    windows: tuple[Window, ...]

    def has(self, *names: str) -> bool:
        """Whether all of these kinds and fields occur."""
        return all(name in self.kinds or name in self.fields for name in names)

    @property
    def longest(self) -> Window:
        """The longest window."""
        return self.windows[-1]


def days(number: int) -> Window:
    """A window of days."""
    return Window(span=Duration.parse(f"{number}d"))
