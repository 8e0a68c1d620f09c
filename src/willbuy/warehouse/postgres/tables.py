"""The tables of a shop's schema, with the columns that each must have. The migrations make them.

`sources` and `parts` are the ledger; `events_raw` is bronze, `events`, `entities`, `items` and `rejected` silver. Gold is made
by who computes it. Readers ask for `sources` of the status `done`; rows of others are in no other table.
"""

VERSION_TABLE = "willbuy_version"
"""Which migrations the schema has had; alembic writes it."""

COLUMNS = {
    "meta": {"key": "text", "value": "text"},
    "sources": {
        "source": "integer",
        "path": "text",
        "sha256": "text",
        "bytes": "bigint",
        "format": "text",
        "columns": "jsonb",
        "native_times": "jsonb",
        "reading": "text",
        "settings": "text",
        "status": "text",
        "read": "bigint",
        "accepted": "bigint",
        "rejected": "bigint",
        "duplicates": "bigint",
    },
    "parts": {
        "source": "integer",
        "part": "integer",
        "digest": "bigint",
        "first_line": "bigint",
        "lines": "bigint",
        "quotes": "boolean",
        "read": "bigint",
        "rejected": "jsonb",
        "settings": "text",
    },
    "rejections": {"source": "integer", "rule": "text", "rows": "bigint"},
    "events_raw": {"source": "integer", "line": "bigint", "raw": "text", "fault": "text"},
    "events": {
        "entity_key": "bigint",
        "time": "timestamp without time zone",
        "kind": "text",
        "item_key": "bigint",
        "category": "text",
        "price": "bigint",
        "quantity": "bigint",
        "session": "text",
        "event_id": "text",
        "received": "timestamp without time zone",
        "kind_name": "text",
        "source": "integer",
        "line": "bigint",
        "alone": "boolean",
    },
    "entities": {"entity_key": "bigint", "entity": "text"},
    "items": {"item_key": "bigint", "item": "text"},
    "rejected": {
        "source": "integer",
        "line": "bigint",
        "rule": "text",
        "field": "text",
        "value": "text",
        "raw": "text",
    },
}
"""Table -> column -> type, as PostgreSQL writes it."""
