"""What a comparison found out, and where it is written down."""

import json
import os
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from willbuy.snapshots.tally import Mismatch, Tally

PARITY = "parity.json"


@dataclass(frozen=True)
class Proof:
    """The features of a run's bundle, live against batch: entity-moments `checked`, values that differed.

    `log` says which state of the log was read, `moment` the latest that was asked (naive UTC); `what` names one of the
    things compared.
    """

    run: str
    bundle: str
    checked: int
    entities: int
    compared: dict[str, int]
    differed: dict[str, int]
    first: tuple[Mismatch, ...]
    log: str
    moment: datetime | None
    what: str = "entity-moments"

    @classmethod
    def of(
        cls,
        tally: Tally,
        run: str,
        bundle: str,
        entities: int,
        log: str,
        moment: datetime | None,
        what: str = "entity-moments",
    ) -> "Proof":
        """What a tally has counted."""
        differed = {name: tally.mismatches[name] for name in tally.compared}
        found = (dict(tally.compared), differed, tuple(tally.first))
        return cls(run, bundle, tally.checked, entities, *found, log, moment, what)

    @property
    def mismatches(self) -> int:
        """Values that differed."""
        return sum(self.differed.values())

    @property
    def clean(self) -> bool:
        """Whether something was compared and nothing differed."""
        return self.checked > 0 and not self.mismatches

    def to_file(self) -> dict[str, Any]:
        """What `parity.json` says: no entity is named in it."""
        features = [
            {"name": name, "compared": count, "mismatches": self.differed[name]}
            for name, count in self.compared.items()
        ]
        return {
            "bundle": self.bundle,
            "what": self.what,
            "checked": self.checked,
            "entities": self.entities,
            "mismatches": self.mismatches,
            "features": features,
            "log": self.log,
            "moment": None if self.moment is None else self.moment.isoformat(),
        }

    def to_json(self) -> dict[str, Any]:
        """For machines: the same, the run, and the first mismatches."""
        first = [one.to_json() for one in self.first]
        return {"run": self.run, **self.to_file(), "first": first}

    def write(self, folder: Path) -> Path:
        """Write `parity.json` into the run's folder: whole under its name, or as it was before."""
        target = folder / PARITY
        partial = target.with_name(f"{PARITY}.{os.getpid()}.partial")
        text = json.dumps(self.to_file(), indent=1, allow_nan=False) + "\n"
        partial.write_text(text, encoding="utf-8")
        partial.replace(target)
        return target
