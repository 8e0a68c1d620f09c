"""What an event measures, in SQL."""

from willbuy.features.batch.query import Query


def measure(of: str, query: Query) -> str:
    """The price, the pieces or the money of an event of `p`; a missing quantity is one piece."""
    if of == "price":
        return query.column("price")
    pieces = f"COALESCE({query.column('quantity')}, 1)"
    return pieces if of == "quantity" else f"{query.column('price')} * {pieces}"


def is_known(of: str, query: Query) -> str:
    """The condition that an event of `p` has the measure; "" where every event has."""
    return "" if of == "quantity" else f"{query.column('price')} IS NOT NULL"
