"""Erasing an entity from the server: its live events, its history, what it counted in tallies; and nothing of it comes back.

Its digest goes onto the list of erased ones in the same transaction, for which every process that stores events waits, and
after which none stores before it has read the list. PostgreSQL overwrites the rows once they are vacuumed, not at once: what
remains for how long is said in docs/serve.md.
"""

from collections import Counter
from typing import Any

import psycopg

from willbuy.hashed_ids import Suppression
from willbuy.store.postgres.items import add_tallies
from willbuy.store.postgres.knowledge import read_knowledge
from willbuy.store.postgres.rows import EVENT, countable, to_event


def erase_entity(
    connection: "psycopg.Connection[Any]", lock: int, suppression: Suppression, entity: str
) -> int:
    """Erase an entity, in one transaction; return how many live events it had. Erasing it again changes nothing."""
    if "\0" in entity:
        return 0
    with connection.transaction():
        connection.execute("SELECT pg_advisory_xact_lock(%s)", [lock])
        known = read_knowledge(connection, suppression)
        rows = connection.execute(
            f"DELETE FROM live_events WHERE entity = %s RETURNING {EVENT}", [entity], binary=True
        ).fetchall()
        connection.execute("DELETE FROM live_history WHERE entity = %s", [entity])
        count: Counter[tuple[Any, ...]] = Counter()
        for row in rows:
            count.subtract((*key, *slot) for key, slot in known.tallying.slots(countable(to_event(row))))
        add_tallies(connection, count)
        connection.execute("DELETE FROM live_tallies WHERE n <= 0") if count else None
        connection.execute(
            "INSERT INTO live_erased VALUES (%s) ON CONFLICT DO NOTHING", [suppression.digest(entity)]
        )
        connection.execute("UPDATE live_state SET version = version + 1")
    return len(rows)


def put_erased(connection: "psycopg.Connection[Any]", lock: int, suppression: Suppression) -> None:
    """Put whoever was erased before, by the list in the shop's home, onto the server's list too."""
    if not suppression.digests:
        return
    with connection.transaction():
        connection.execute("SELECT pg_advisory_xact_lock(%s)", [lock])
        done = connection.execute(
            "INSERT INTO live_erased SELECT unnest(%s::text[]) ON CONFLICT DO NOTHING",
            [sorted(suppression.digests)],
        )
        if done.rowcount:
            connection.execute("UPDATE live_state SET version = version + 1")
