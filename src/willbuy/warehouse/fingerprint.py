"""The fingerprint of a log: the same for the same events, in whatever order and from whatever files they came."""

from typing import Any

from willbuy.warehouse.engine import Warehouse

_FIELDS = (
    "n.entity",
    "epoch_us(e.time)",
    "e.kind",
    "i.item",
    "e.category",
    "e.price",
    "e.quantity",
    "e.session",
    "e.event_id",
    "epoch_us(e.received)",
)


def fingerprint(warehouse: Warehouse) -> dict[str, Any]:
    """Counts, first and last event (ISO, UTC), and a checksum of silver that does not depend on an order.

    The checksum is the sum, modulo 2^128, of a 64-bit hash of every event's canonical fields, in hexadecimal. It
    tells two logs apart that differ by accident; it is no seal against a forger.
    """
    texts = ", ".join(f"coalesce(CAST({field} AS VARCHAR), chr(30))" for field in _FIELDS)
    [(events, entities, items, first, last, checksum)] = warehouse.rows(
        f"SELECT count(*), count(DISTINCT e.entity_key), count(DISTINCT e.item_key), min(e.time), max(e.time), "
        f"sum(md5_number_lower(concat_ws(chr(31), {texts}))::HUGEINT) "
        "FROM events e JOIN entities n USING (entity_key) LEFT JOIN items i USING (item_key)"
    )
    return {
        "events": events,
        "entities": entities,
        "items": items,
        "first": first.isoformat() if first else None,
        "last": last.isoformat() if last else None,
        "checksum": f"{int(checksum or 0) % 2**128:032x}",
    }
