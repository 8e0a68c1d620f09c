"""That a newer run exists than the one in service, for whoever has just trained it."""

from contextlib import suppress
from typing import TYPE_CHECKING

from willbuy.errors import WillbuyError

if TYPE_CHECKING:
    from willbuy.shop.common import Common


def still_served(shop: "Common", run: str, flag: str, *, log: bool) -> str | None:
    """A line that says which run stays in service and how to promote the new one; None where nothing was ever promoted.

    `flag` is what names the shop file in a command; only a model of a log has to be proven first.
    """
    from willbuy.registry.pointer import read_pointer

    with suppress(WillbuyError):  # a damaged pointer is told by whoever needs it; the training is done
        pointer = read_pointer(shop.home)
        if pointer is not None and pointer.run != run:
            proof = f"willbuy parity{flag}, " if log else ""
            return (
                f"Run {pointer.run} stays in service. To serve this one: {proof}willbuy promote {run}{flag}"
            )
    return None
