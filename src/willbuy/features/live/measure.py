"""What an event measures, live."""

from willbuy.features.live.event import Event


def measure(of: str, event: Event) -> int | None:
    """The price, the pieces or the money of an event; a missing quantity is one piece."""
    pieces = 1 if event.quantity is None else event.quantity
    if of == "quantity":
        return pieces
    if event.price is None:
        return None
    return event.price if of == "price" else event.price * pieces
