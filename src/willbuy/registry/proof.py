"""The parity proof of a run: that live and batch features agree, as `willbuy parity` has written it down."""

import json
from pathlib import Path
from typing import Any, NamedTuple

PARITY = "parity.json"


class Parity(NamedTuple):
    """What was compared for a bundle (its id): values `checked`, and how many of them differed.

    `fields` is everything that the file says.
    """

    bundle: str
    checked: int
    mismatches: int
    fields: dict[str, Any]

    @property
    def clean(self) -> bool:
        """Whether something was compared and nothing differed."""
        return self.checked > 0 and self.mismatches == 0


def read_parity(run_folder: Path, bundle: str) -> Parity | None:
    """The proof of a run's bundle; None where there is none, none of this bundle, or none that can be read."""
    try:
        fields = json.loads((run_folder / PARITY).read_text(encoding="utf-8"))
        found = Parity(str(fields["bundle"]), int(fields["checked"]), int(fields["mismatches"]), fields)
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return found if found.bundle == bundle else None
