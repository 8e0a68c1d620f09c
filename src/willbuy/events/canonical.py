"""The canonical event: what every log becomes before a feature sees it.

An event has `entity, time, kind` and may have `item, category, price, quantity, session, event_id, received`.
Times are UTC with microseconds and without a zone; money is an integer in minor units (cents).
"""

KINDS = ("view", "cart", "remove", "favourite", "purchase", "other")
"""The canonical kinds, in the order in which events of one moment are read: a purchase follows its cart."""

REQUIRED = ("entity", "time", "kind")
OPTIONAL = ("item", "category", "price", "quantity", "session", "event_id", "received")
FIELDS = REQUIRED + OPTIONAL

EVENTS_COLUMNS = {
    "entity_key": "BIGINT NOT NULL, an integer for the entity, see `entities`",
    "time": "TIMESTAMP NOT NULL, when it happened, UTC",
    "kind": "VARCHAR NOT NULL, one of KINDS",
    "item_key": "BIGINT, an integer for the item, see `items`",
    "category": "VARCHAR",
    "price": "BIGINT, minor units, of one piece",
    "quantity": "BIGINT",
    "session": "VARCHAR, the log's own session id",
    "event_id": "VARCHAR, the log's own event id",
    "received": "TIMESTAMP, when we knew; null where the log has none: then it equals `time`",
    "kind_name": "VARCHAR, what the shop called the kind",
    "source": "INTEGER, number of the file it came from, see `sources`",
    "line": "BIGINT, line (CSV, JSON lines) or row (Parquet) in that file, from 1",
    "alone": "BOOLEAN, whether it is all that its entity ever did; null where nobody looked",
}
"""The columns of silver `events`, with their type and meaning."""

EVENTS_TYPES = {name: meaning.split(",")[0].split(" ")[0] for name, meaning in EVENTS_COLUMNS.items()}
"""The SQL types of these columns."""
