"""The counts of all workers: each writes its own into a file now and then, and whoever is asked adds them up.

A worker that died leaves its file; the one in its place keeps it for what only grows. So a sum never falls.
"""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from time import monotonic
from typing import Any

WRITE_SECONDS = 0.5

Counts = Mapping[str, Any]


class SharedCounts:
    """The counts of one worker and of the others, in a folder of the machine."""

    def __init__(self, folder: Path, number: int) -> None:
        self._folder, self._number = folder, number
        self._own = folder / f"counts-{number}.json"
        self._at = float("-inf")
        if self._own.exists():
            past = len(list(folder.glob(f"past-{number}-*.json")))
            self._own.rename(folder / f"past-{number}-{past}.json")

    def write(self, counts: Counts, at_once: bool = False) -> None:
        """Tell the others, every half second at most."""
        if not at_once and monotonic() - self._at < WRITE_SECONDS:
            return
        self._at = monotonic()
        partial = self._own.with_suffix(".partial")
        partial.write_text(json.dumps(counts), encoding="utf-8")
        partial.replace(self._own)

    def others(self) -> list[Counts]:
        """What the other workers that live have told."""
        return list(self._read("counts-", self._own))

    def past(self) -> list[Counts]:
        """What the workers that died had told."""
        return list(self._read("past-"))

    def _read(self, prefix: str, but: Path | None = None) -> Iterator[Counts]:
        for path in sorted(self._folder.glob(f"{prefix}*.json")):
            if path != but:
                try:
                    yield json.loads(path.read_bytes())
                except (OSError, ValueError):  # renamed, or gone, at this moment
                    continue
