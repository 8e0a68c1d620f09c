"""An erasure in a process of its own that dies at a chosen point: `python killed.py FOLDER ENTITY POINT`.

Every file put in its place and every record made is a point, before it and after it; at the given one the process kills
itself as the system would (SIGKILL: no clean-up runs). Point -1 runs to the end and prints how many points there were.
"""

import json
import os
import signal
import sys
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

from willbuy import audit
from willbuy.hashed_ids import Suppression
from willbuy.privacy.erase import erase
from willbuy.privacy.plan import Plan
from willbuy.shop import Shop
from willbuy.warehouse.ledger import Ledger

SHOP = "shop.json"
passed: list[str] = []


def main(folder: Path, entity: str, point: int) -> None:
    def reached() -> None:
        passed.append("")
        if len(passed) == point:
            os.kill(os.getpid(), signal.SIGKILL)

    def at_points(call: Callable[..., Any]) -> Callable[..., Any]:
        def dying(*args: Any, **named: Any) -> Any:
            reached()
            result = call(*args, **named)
            reached()
            return result

        return dying

    for owner, name in (
        (Path, "replace"),
        (Ledger, "publish"),
        (Ledger, "forget_source"),
        (Plan, "write"),
        (Plan, "remove"),
        (Suppression, "add"),
        (audit, "append"),
    ):
        setattr(owner, name, at_points(getattr(owner, name)))
    shop = Shop.model_validate({**json.loads((folder / SHOP).read_text()), "folder": folder})
    erase(shop, entity, datetime(2026, 1, 2), "tester")
    sys.stdout.write(str(len(passed)))


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]))
