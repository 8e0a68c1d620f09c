"""decayed: a count in which older events weigh less."""

from dataclasses import dataclass
from typing import ClassVar

from willbuy.durations import DAY, Duration
from willbuy.errors import ShopError
from willbuy.features.algebra.feature import Type, Windowed
from willbuy.features.algebra.phrases import Phrases
from willbuy.features.algebra.window import EVER, span_words

WEEK = Duration(7 * DAY)
TRILLION = 1_000_000_000_000
"""A weight is a whole number of trillionths: their sum has the same bits in any order of adding."""


@dataclass(frozen=True)
class Decayed(Windowed):
    """A count in which an event weighs half as much for every `half_life` that has passed since it.

    With a half-life of 7 days, events 7 and 14 days before the anchor: 0.5 + 0.25 = 0.75. Each weight is rounded to
    a trillionth. No event is 0. Engines agree to 1e-9, as their powers may differ in the last bit.

    >>> Decayed("view", half_life="7d").name
    'decayed_view_half_7d'
    """

    half_life: Duration = WEEK
    key: ClassVar[str] = "decayed"
    unit_text: ClassVar[str] = "events"
    type_text: ClassVar[Type] = "real"

    def __post_init__(self) -> None:
        super().__post_init__()
        if isinstance(self.half_life, str):
            try:
                object.__setattr__(self, "half_life", Duration.parse(self.half_life))
            except ValueError as error:
                raise ShopError(f"feature 'decayed': half_life: {error}") from error

    @property
    def name(self) -> str:
        return f"decayed_{self.slug}_half_{self.half_life}{self.window.suffix}"

    @property
    def meaning(self) -> str:
        return (
            f"number of {self.events_words} {self.window.words}, each weighing half as much "
            f"for every {span_words(self.half_life)} since"
        )

    @property
    def phrases(self) -> Phrases:
        when = "" if self.window == EVER else f" {self.when}"
        return Phrases(
            f"recent {self.events_words}{when} count {{value}} (each halved every {span_words(self.half_life)})",
            none=f"no {self.event_word}{when or ' lately'}",  # what lies long back has halved to nothing
        )
