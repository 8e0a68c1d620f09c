"""What a process knows of the one row of `live_state`, as of its version: who was erased, what is tallied, which history."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import psycopg

from willbuy.features.local_time import LocalTime
from willbuy.hashed_ids import Suppression
from willbuy.store.tallies import Table, Tallying


@dataclass(frozen=True)
class Knowledge:
    """All of it, as of one version; read anew when the server is at another."""

    version: int
    tallying: Tallying
    history: Mapping[str, Any]
    digests: frozenset[str]
    suppression: Suppression

    def erased(self, entities: Iterable[str]) -> dict[str, bool]:
        """Whether each was erased; nothing where nobody ever was."""
        if not self.digests:
            return {}
        return {entity: self.holds(entity) for entity in set(entities) if _is_text(entity)}

    def holds(self, entity: str) -> bool:
        """Whether an entity was erased."""
        return bool(self.digests) and self.suppression.digest(entity) in self.digests

    @property
    def fields(self) -> tuple[str, ...]:
        """The fields that the history has at all."""
        return tuple(self.history.get("fields", ()))

    @property
    def names(self) -> list[str]:
        """What the shop calls its kinds, in the order in which the history counts them."""
        return list(self.history.get("names", ()))


def read_knowledge(connection: "psycopg.Connection[Any]", suppression: Suppression) -> Knowledge:
    """What stands on the server now, as of one moment. Raises what psycopg raises."""
    sql = "SELECT version, tallying, history, ARRAY(SELECT digest FROM live_erased) FROM live_state"
    [version, tallying, history, digests] = connection.execute(sql).fetchone() or (0, '["UTC", []]', "{}", [])
    zone, tables = json.loads(tallying)
    kept = Tallying(LocalTime(zone), [Table(*table) for table in tables])
    return Knowledge(version, kept, json.loads(history), frozenset(digests), suppression)


def _is_text(entity: object) -> bool:
    return isinstance(entity, str)
