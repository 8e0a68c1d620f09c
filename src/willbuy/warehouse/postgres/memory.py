"""What was found out about the events, kept in the schema until its sources are others."""

import hashlib
import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import psycopg


class Memory:
    """Answers that hold for one state of a shop's tables; `state` is a text that is another one for another state."""

    def __init__(self, state: str) -> None:
        self.state = hashlib.sha256(state.encode()).hexdigest()

    def recall(self, connection: "psycopg.Connection[Any]", name: str) -> Any:
        """What was kept under a name; None where nothing was, or for another state."""
        row = connection.execute('SELECT "value" FROM "meta" WHERE "key" = %s', [_key(name)]).fetchone()
        kept = json.loads(row[0]) if row else {}
        return kept["found"] if kept.get("state") == self.state else None

    def keep(self, connection: "psycopg.Connection[Any]", name: str, found: Any) -> None:
        """Keep what was found under a name. A role that may only read keeps nothing."""
        if connection.execute(
            "SELECT has_table_privilege('meta', 'INSERT') AND has_table_privilege('meta', 'UPDATE')"
        ).fetchone() != (True,):
            return
        connection.execute(
            'INSERT INTO "meta" ("key", "value") VALUES (%s, %s) ON CONFLICT ("key") DO UPDATE SET "value" = excluded."value"',
            [_key(name), json.dumps({"state": self.state, "found": found})],
        )


def _key(name: str) -> str:
    return f"found: {name}"
