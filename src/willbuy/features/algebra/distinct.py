"""distinct: how many different items, or categories."""

from dataclasses import dataclass
from typing import ClassVar

from willbuy.features.algebra.feature import Windowed
from willbuy.features.algebra.kinds import check_choice
from willbuy.features.algebra.phrases import Phrases

OF = ("item", "category")


@dataclass(frozen=True)
class Distinct(Windowed):
    """How many different items (or categories) the events of the window touch. Events without one are passed over.

    Views of items a, b, a: `distinct_item_view_7d` is 2.

    >>> Distinct("view", "30d").name, Distinct("view", "30d", of="category").unit
    ('distinct_item_view_30d', 'categories')
    """

    of: str = "item"
    key: ClassVar[str] = "distinct"

    def __post_init__(self) -> None:
        super().__post_init__()
        check_choice(self.of, OF, "thing to tell apart")

    @property
    def name(self) -> str:
        return f"distinct_{self.of}_{self.slug}{self.window.suffix}"

    @property
    def meaning(self) -> str:
        return f"number of different {self.unit} among {self.events_words} {self.window.words}"

    @property
    def unit(self) -> str:
        return "items" if self.of == "item" else "categories"

    @property
    def phrases(self) -> Phrases:
        link = "in" if self.of == "category" else "of" if self.kinds else "on"
        return Phrases(
            f"{self.events_words} {link} {{value}} different {self.unit} {self.when}",
            one=f"{self.events_words} {link} a single {self.of} {self.when}",
            none=f"no {self.event_word} {link} any {self.of} {self.when}",
        )
