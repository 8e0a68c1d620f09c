"""repeats: how often an entity came back to an item."""

from dataclasses import dataclass
from typing import ClassVar

from willbuy.features.algebra.feature import Windowed
from willbuy.features.algebra.phrases import Phrases


@dataclass(frozen=True)
class Repeats(Windowed):
    """Events on an item that the window holds once already: events with an item minus different items.

    Views of a, b, a, a: `repeats_view_7d` is 2.

    >>> Repeats("view", "7d").name
    'repeats_view_7d'
    """

    key: ClassVar[str] = "repeats"
    unit_text: ClassVar[str] = "events"

    @property
    def name(self) -> str:
        return f"repeats_{self.slug}{self.window.suffix}"

    @property
    def meaning(self) -> str:
        return f"number of {self.events_words} of an item that had one before, {self.window.words}"

    @property
    def phrases(self) -> Phrases:
        return Phrases(
            f"{{value}} {self.events_words} repeated on the same items {self.when}",
            one=f"1 {self.event_word} repeated on the same item {self.when}",
            none=f"no {self.event_word} repeated on the same item {self.when}",
        )
