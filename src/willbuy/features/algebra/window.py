"""How far back a feature looks: a span before the anchor, the whole log, or the current session."""

from dataclasses import dataclass

from willbuy.durations import DAY, HOUR, MINUTE, Duration
from willbuy.errors import ShopError

_WORDS = ((7 * DAY, "week"), (DAY, "day"), (HOUR, "hour"), (MINUTE, "minute"), (1_000_000, "second"))


@dataclass(frozen=True)
class Window:
    """A look-back window, half-open: `[anchor - span, anchor)`. It can never reach the anchor or past it.

    >>> Window.parse("7d").text, Window.parse("7d").suffix, Window.parse("7d").words
    ('7d', '_7d', 'in the last 7 days')
    >>> Window.parse("ever").suffix, Window.parse("session").suffix
    ('', '_session')
    """

    span: Duration | None = None  # None: since the log began, or since the session did
    session: bool = False

    @classmethod
    def parse(cls, value: "str | Duration | Window") -> "Window":
        """Read `7d`, `ever` or `session`. Raises ShopError on anything else."""
        if isinstance(value, Window):
            return value
        if isinstance(value, Duration):
            return cls(span=value)
        if value in ("ever", "session"):
            return cls(session=value == "session")
        try:
            return cls(span=Duration.parse(value))
        except ValueError:
            raise ShopError(
                f"{value!r} is no look-back window: write a span such as '7d', or 'ever', or 'session' "
                "(the current session up to the anchor; what comes later cannot be declared)"
            ) from None

    @property
    def text(self) -> str:
        """The window as it is written in a shop file."""
        if self.session:
            return "session"
        return "ever" if self.span is None else str(self.span)

    @property
    def suffix(self) -> str:
        """What the window adds to a feature's name."""
        return "" if self.text == "ever" else f"_{self.text}"

    @property
    def words(self) -> str:
        """The window in plain words."""
        if self.session:
            return "in the current session"
        return "since the log began" if self.span is None else f"in the last {span_words(self.span)}"


EVER = Window()
SESSION = Window(session=True)


def span_words(span: Duration) -> str:
    """Say a span in words.

    >>> span_words(Duration.parse("36h")), span_words(Duration.parse("14d")), span_words(Duration.parse("1d"))
    ('36 hours', '14 days', 'day')
    """
    for size, unit in _WORDS[1:]:
        if span.microseconds % size == 0:
            number = span.microseconds // size
            return unit if number == 1 else f"{number} {unit}s"
    raise ValueError(f"{span.microseconds} microseconds are no whole number of seconds")
