"""The files for people that go along with a mirrored run: the report, its charts as pictures, the result."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from willbuy.evaluation.report.pictures import pictures
from willbuy.reporting import write_run_report
from willbuy.runs import PREDICTIONS, RESULT, complete_run
from willbuy.shop import Common


def write_pages(shop: Common, result: Mapping[str, Any], folder: Path) -> None:
    """Write `report.html`, `figures/*.png` and `result.json` into a folder; no page where the run's predictions are gone."""
    (folder / RESULT).write_text(json.dumps(result, indent=1, sort_keys=True) + "\n", encoding="utf-8")
    if not (complete_run(shop.home, result["run"]) / PREDICTIONS).is_file():
        return
    report = folder / "report.html"
    write_run_report(shop, report, result["run"])
    (folder / "figures").mkdir()
    for name, picture in pictures(report.read_text(encoding="utf-8")):
        (folder / "figures" / f"{name}.png").write_bytes(picture)
