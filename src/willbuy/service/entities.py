"""From an id as it is sent to the entity that is stored: without the ending that the shop file drops, hashed where it says so."""

from willbuy.hashed_ids.hasher import entity_suffix
from willbuy.service.state import State
from willbuy.shop import Shop


class Entities:
    """Names entities as the store and the log do.

    An event's own id was cleaned when it was read: `stored` takes that, `asked` takes what stands in a path or a record.
    """

    def __init__(self, state: State) -> None:
        self._hasher = state.hasher
        self._suffix = entity_suffix(state.shop.source) if isinstance(state.shop, Shop) else ""

    def stored(self, entity: str) -> str:
        """The entity of an id that was cleaned already."""
        return entity if self._hasher is None else self._hasher.hash(entity)

    def asked(self, found: str | int) -> str:
        """The entity of an id as it was sent."""
        text = str(found)
        return self.stored(text.removesuffix(self._suffix) if self._suffix else text)
