"""What a mirrored run holds, read off its result and its bundle's manifest: parameters, metrics, tags. No MLflow here."""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

LONGEST = 500  # letters of a parameter
OF_TEST = (
    "average_precision",
    "average_precision_over_base",
    "roc_auc",
    "log_loss",
    "log_loss_skill",
    "brier_skill",
)
ALONE = ("brier", "ece", "precision", "recall", "f1", "predicted_over_actual", "calibration_slope")
OF_OTHERS = ("average_precision", "roc_auc", "log_loss")


class Point(NamedTuple):
    """A metric's value; `step` is the fold or the origin that it is of, 0 where there is one."""

    name: str
    value: float
    step: int = 0


def parameters(result: Mapping[str, Any], manifest: Mapping[str, Any]) -> dict[str, str]:
    """Every key of the shop file as `section.key`, the chosen candidate and its settings, seeds, versions.

    >>> parameters({"model": "logistic", "shop_file": {"train": {"folds": 5, "candidates": ["logistic"]}}}, {})
    {'model': 'logistic', 'train.folds': '5', 'train.candidates': '["logistic"]'}
    """
    found = {"model": _text(result["model"])}
    for section, keys in result.get("shop_file", {}).items():
        found |= {f"{section}.{key}": _text(value) for key, value in keys.items()}
    found |= {f"settings.{key}": _text(value) for key, value in manifest.get("settings", {}).items()}
    found |= {f"seed.{name}": _text(seed) for name, seed in result.get("seeds", {}).items()}
    found |= {f"version.{name}": _text(version) for name, version in result.get("versions", {}).items()}
    if "features" in result:
        found["features"] = str(len(result["features"]))
    return {plain_name(name): value for name, value in found.items()}


def metrics(result: Mapping[str, Any]) -> list[Point]:
    """Figures with their interval as three metrics (`test/roc_auc`, `..._low`, `..._high`); what is undefined is left out."""
    return list(_metrics(result))


def _metrics(result: Mapping[str, Any]) -> Iterator[Point]:
    test = result["test"]
    yield from _counts("test", test)
    for name in OF_TEST:
        yield from _estimate(f"test/{name}", test.get(name))
    for name in ALONE:
        yield from _estimate(f"test/{name}", {"value": test.get(name), **test["intervals"].get(name, {})})
    for rule, found in result["rules"].items():
        for name in OF_OTHERS:
            yield from _estimate(f"rules/{rule}/{name}", found[name])
    for rule, differences in result.get("differences", {}).items():
        for name in OF_OTHERS:
            yield from _estimate(f"minus_rules/{rule}/{name}", differences.get(name))
    for candidate in result.get("candidates", []):
        for name in OF_OTHERS:
            yield from _estimate(f"candidates/{candidate['name']}/{name}", candidate["metrics"][name])
        folds = candidate.get("over_folds")
        for step, value in enumerate(folds["values"] if folds else []):
            yield from _point(f"folds/{candidate['name']}/{folds['metric']}", value, step)
    for step, origin in enumerate(result.get("origins", {}).get("points", [])):
        for name in OF_OTHERS:
            yield from _point(f"origins/{name}", origin["figures"][name]["value"], step)
    for part in result["parts"]:
        yield from _counts(f"parts/{part['part']}", part)


def _counts(name: str, found: Mapping[str, Any]) -> Iterator[Point]:
    for key in ("n", "positives", "base_rate"):
        yield from _point(f"{name}/{key}", found[key])


def _estimate(name: str, found: Mapping[str, Any] | None) -> Iterator[Point]:
    for key in ("value", "low", "high"):
        yield from _point(name if key == "value" else f"{name}_{key}", (found or {}).get(key))


def _point(name: str, value: float | None, step: int = 0) -> Iterator[Point]:
    if value is not None:
        yield Point(plain_name(name), float(value), step)


def tags(result: Mapping[str, Any], manifest: Mapping[str, Any]) -> dict[str, str]:
    """What a run is found again by: run, bundle, the fingerprint of its data, how it was tested, the verdict."""
    found = {
        "willbuy.key": run_key(result),
        "willbuy.run": result["run"],
        "willbuy.shop": result["shop"],
        "willbuy.bundle": result["bundle"],
        "willbuy.data": data_checksum(manifest),
        "willbuy.split": result["split"]["kind"],
        "willbuy.task": result["task"]["kind"],
        "willbuy.verdict": result["verdict"]["kind"],
        "mlflow.note.content": description(result),
    }
    return {name: str(value)[:5000] for name, value in found.items() if value}


def data_checksum(manifest: Mapping[str, Any]) -> str | None:
    """What tells the data of two runs apart: of a log the checksum of its events, of a table that of its rows.

    >>> data_checksum({"data": {"rows": 3, "sha256": "0a1b"}}), data_checksum({})
    ('0a1b', None)
    """
    data = manifest.get("data") or {}
    return data.get("checksum") or data.get("sha256")


def run_key(result: Mapping[str, Any]) -> str:
    """What a run is known by wherever it is mirrored: the same model trained twice is two runs of one bundle."""
    return f"{result['bundle']}-{result['run']}"


def description(result: Mapping[str, Any]) -> str:
    """The question and the verdict."""
    verdict = result["verdict"]
    return "\n\n".join([result["task"]["words"], verdict["headline"], *verdict["sentences"]])


def plain_name(name: str) -> str:
    """A name that MLflow takes: letters of ASCII, digits and `_ - . space : /`, at most 250 of them.

    >>> plain_name('rules/a"; drop/roc_auc'), plain_name("/../x"), plain_name("settings. ")
    ('rules/a__ drop/roc_auc', '_/__/x', 'settings__')
    """
    kept = re.sub(r"[^A-Za-z0-9_\-. :/]", "_", name)[:250]
    return "/".join(map(_no_path, kept.split("/")))


def _no_path(part: str) -> str:
    """A part of a name that no folder could be meant by: not empty, no dot or space at an end."""
    return re.sub(r"^[. ]+|[. ]+$", lambda found: "_" * len(found[0]), part) or "_"


def _text(value: Any) -> str:
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"
