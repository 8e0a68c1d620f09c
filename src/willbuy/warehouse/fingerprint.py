"""The fingerprint of a log: the same for the same events, in whatever order and from whatever files they came."""

from typing import Any

from willbuy.warehouse.engine import Warehouse

_FIELDS = (
    "n.entity",
    'e."time"',
    "e.kind",
    "i.item",
    "e.category",
    "e.price",
    "e.quantity",
    "e.session",
    "e.event_id",
    "e.received",
)
_TIMES = ('e."time"', "e.received")


def fingerprint(warehouse: Warehouse) -> dict[str, Any]:
    """Counts, first and last event (ISO, UTC), and a checksum of silver that does not depend on an order.

    The checksum is the sum, modulo 2^128, of a 64-bit hash of every event's canonical fields, in hexadecimal. It
    tells two logs apart that differ by accident; it is no seal against a forger.
    """
    dialect = warehouse.dialect
    values = (dialect.microseconds(field) if field in _TIMES else field for field in _FIELDS)
    texts = ", ".join(f"COALESCE(CAST({value} AS {dialect.string}), chr(30))" for value in values)
    [(events, entities, items, first, last, sum_of_all, negative)] = warehouse.rows(
        "SELECT COUNT(*), COUNT(DISTINCT h.entity_key), COUNT(DISTINCT h.item_key), MIN(h.happened), MAX(h.happened), "
        "SUM(h.number), COUNT(*) FILTER (WHERE h.number < 0) FROM ("
        'SELECT e.entity_key, e.item_key, e."time" AS happened, '
        f"{dialect.md5_number(f'concat_ws(chr(31), {texts})')} AS number "
        "FROM events e JOIN entities n ON n.entity_key = e.entity_key LEFT JOIN items i ON i.item_key = e.item_key) h"
    )
    return {
        "events": events,
        "entities": entities,
        "items": items,
        "first": first.isoformat() if first else None,
        "last": last.isoformat() if last else None,
        "checksum": f"{(int(sum_of_all or 0) + negative * 2**64) % 2**128:032x}",
    }
