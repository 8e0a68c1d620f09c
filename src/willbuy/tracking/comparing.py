"""Two runs beside each other: what was decided differently, what came out, and whether the gap is more than chance."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from willbuy.evaluation.figures import estimate_of
from willbuy.evaluation.result.metrics import Estimate
from willbuy.runs import complete_run, read_result
from willbuy.shop import Common
from willbuy.tracking.contents import data_checksum
from willbuy.tracking.listing import read_line, read_manifest
from willbuy.tracking.paired import paired

UNKNOWN = "not recorded"
NONE = "none"


def compare_runs(shop: Common, first: str, second: str) -> dict[str, Any]:
    """Compare two complete runs, as JSON can say it: figures, what differs, and the paired difference (second minus first).

    `paired` holds "differences" (metric -> estimate, from the same draws of entities for both), or "why_not" where the runs
    were not tested on the same rows. Raises WillbuyError where one of them is not complete.
    """
    lines = [read_line(shop.home, name) for name in (first, second)]
    folders = [complete_run(shop.home, name) for name in (first, second)]
    results = [read_result(folder) for folder in folders]
    bootstrap = results[1]["test"]["bootstrap"]
    described = [_described(result, folder) for result, folder in zip(results, folders, strict=True)]
    return {
        "runs": [line.to_dict() for line in lines],
        "differs": _differing(*described),
        "features": _features(*results),
        "figures": [_figures(result) for result in results],
        "paired": paired(folders[0], folders[1], bootstrap),
    }


def _described(result: Mapping[str, Any], folder: Path) -> dict[str, Any]:
    """Everything of a run that may differ from another's, by a name that says what it is."""
    manifest = read_manifest(folder)
    found = {
        "data": data_checksum(manifest) or UNKNOWN,
        "model": result["model"],
        "bundle": result["bundle"],
    }
    found |= {f"settings.{name}": value for name, value in manifest.get("settings", {}).items()}
    if "shop_file" not in result:  # of a run that an older willbuy made
        found |= {"shop file": UNKNOWN} | {
            f"seed.{name}": seed for name, seed in result.get("seeds", {}).items()
        }
    for section, keys in result.get("shop_file", {}).items():
        found |= {f"{section}.{name}": value for name, value in keys.items()}
    found |= {f"version.{name}": version for name, version in result.get("versions", {}).items()}
    for part in result["parts"]:
        found[f"rows.{part['part']}"] = f"{part['n']} rows, {part['positives']} bought"
    return found


def _differing(first: Mapping[str, Any], second: Mapping[str, Any]) -> dict[str, list[Any]]:
    """Name -> [of the first, of the second] where they differ."""
    names = [*first, *(name for name in second if name not in first)]
    both = {name: [first.get(name, NONE), second.get(name, NONE)] for name in names}
    return {name: pair for name, pair in both.items() if pair[0] != pair[1]}


def _features(first: Mapping[str, Any], second: Mapping[str, Any]) -> dict[str, Any]:
    """How many features both have, and which only one of them has."""
    names = [[feature["name"] for feature in result.get("features", [])] for result in (first, second)]
    return {
        "shared": len(set(names[0]) & set(names[1])),
        "only_first": [name for name in names[0] if name not in names[1]],
        "only_second": [name for name in names[1] if name not in names[0]],
    }


FIGURES = (
    "average_precision",
    "average_precision_over_base",
    "roc_auc",
    "log_loss",
    "brier",
    "predicted_over_actual",
)


def _figures(result: Mapping[str, Any]) -> dict[str, Estimate]:
    """Metric -> its value on the run's own test, with the interval."""
    test = result["test"]
    return {name: estimate_of(test, name) for name in FIGURES}
