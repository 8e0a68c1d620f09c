"""Erasures that have begun: written down before anything is erased, so that whatever stops one, the next command ends it.

One file an entity in `<home>/privacy/erasing/`, named by its line on the list of erased ones and readable by its owner
alone. It holds the id (the hash, where the shop hashes ids), and is removed when nothing else does any more.
"""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from willbuy.durable import sync_folder, write_durably
from willbuy.hashed_ids import Suppression


@dataclass(frozen=True)
class Plan:
    """What is to be erased: the entity as it is stored, the keys that it had in silver, and who asked.

    `live` says that the service's own store is still to be done; a service does that by itself.
    """

    entity: str
    actor: str
    live: bool = True
    keys: Sequence[int] = ()

    def write(self, home: Path) -> None:
        """Write it down, durably, in the place of an earlier one of the same entity."""
        content = json.dumps(asdict(self), ensure_ascii=True)
        write_durably(self._path(home), content.encode(), mode=0o600)

    def remove(self, home: Path) -> None:
        """Nothing is left to do. What a writing that was killed left behind goes as well."""
        path = self._path(home)
        for left in path.parent.glob(f".{path.name}.*"):
            left.unlink(missing_ok=True)
        path.unlink(missing_ok=True)
        sync_folder(self._path(home).parent)

    def _path(self, home: Path) -> Path:
        """Where it lies: its name is the beginning of the entity's line on the list of erased ones."""
        return _folder(home) / f"{Suppression(home).digest(self.entity)[:32]}.json"


def pending(home: Path) -> list[Plan]:
    """The erasures that have begun and not ended, in no order that means anything."""
    found = [json.loads(path.read_text(encoding="utf-8")) for path in sorted(_folder(home).glob("*.json"))]
    return [Plan(row["entity"], row["actor"], row["live"], tuple(row["keys"])) for row in found]


def _folder(home: Path) -> Path:
    return home / "privacy" / "erasing"
