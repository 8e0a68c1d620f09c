"""A process that replaces the pointer once: `changer.py HOME`. Everything is imported before it looks for `begin`."""

import sys
from datetime import datetime
from pathlib import Path

from willbuy import audit
from willbuy.registry.lease import lease
from willbuy.registry.pointer import Named


def main(home: Path) -> None:
    """Look for `begin`, then promote."""
    (home / "begin").exists()
    with lease(home) as held:
        held.commit(
            lambda now: now.promoted(Named("0002", "b" * 64), held.token, "2026-01-02T00:00:00"),
            lambda pointer: audit.append(home, datetime(2026, 1, 2), "ann", "promote", token=pointer.token),
        )


if __name__ == "__main__":
    main(Path(sys.argv[1]))
