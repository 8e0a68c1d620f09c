"""What features of the current session share: they read its events up to the anchor, never its rest."""

from willbuy.events.canonical import KINDS


class InSession:
    """A mixin: every kind of event is read, the window is the current session."""

    @property
    def window_text(self) -> str:
        """The current session."""
        return "session"

    @property
    def in_session(self) -> bool:
        """True."""
        return True

    @property
    def reads(self) -> tuple[str, ...]:
        """Every kind: each event keeps a session open."""
        return KINDS

    @property
    def lookback(self) -> int | None:
        """Without a bound: a session is as long as it is."""
        return None
