"""open_carts: what was put into the cart and neither taken out nor bought."""

from dataclasses import dataclass
from typing import ClassVar

from willbuy.errors import ShopError
from willbuy.features.algebra.feature import Windowed
from willbuy.features.algebra.phrases import Phrases

STATES = ("cart", "remove", "purchase")


@dataclass(frozen=True)
class OpenCarts(Windowed):
    """Items whose newest event among cart, remove and purchase is a cart, that cart lying in the window.

    Cart a, purchase a, cart b, cart b: `open_carts` is 1. Of one moment, a purchase follows its cart.

    >>> OpenCarts(window="7d").name
    'open_carts_7d'
    """

    kinds: tuple[str, ...] = STATES
    key: ClassVar[str] = "open_carts"
    unit_text: ClassVar[str] = "items"

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.kinds != STATES or self.category is not None:
            raise ShopError(
                "feature 'open_carts' reads cart, remove and purchase of every category; it takes a window alone"
            )

    @property
    def name(self) -> str:
        return f"open_carts{self.window.suffix}"

    @property
    def meaning(self) -> str:
        return f"number of items put into the cart {self.window.words} and since neither removed nor bought"

    @property
    def phrases(self) -> Phrases:
        return Phrases(
            f"{{value}} items put into the cart {self.when} and neither removed nor bought",
            one=f"1 item put into the cart {self.when} and neither removed nor bought",
            none=f"no item left in the cart {self.when}",
        )
