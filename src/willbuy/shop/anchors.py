"""`[anchors]`: when scores are for."""

from pydantic import model_validator

from willbuy.durations import Duration
from willbuy.shop.section import Section, Span, Whole, key


class Anchors(Section):
    """The moments that scores are for."""

    every: Span | None = key("Horizon tasks: the step of the grid; the horizon otherwise.", "7d")
    last: Whole | None = key("Horizon tasks: use only the newest N anchors.", 12, ge=1)
    after_events: tuple[Whole, ...] = key(
        "Session tasks: score after the k-th event of a visit.", [1, 3, 5], (1, 3, 5)
    )
    session_gap: Span = key("A visit ends after this much idle time.", "30m", Duration.parse("30m"))

    @model_validator(mode="after")
    def _ascending(self) -> "Anchors":
        found = self.after_events
        if not found or min(found) < 1 or list(found) != sorted(set(found)):
            raise ValueError(
                f"after_events = {list(found)}: expected whole numbers from 1, ascending, such as [1, 3, 5]"
            )
        return self
