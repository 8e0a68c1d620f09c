"""From a finished training to its result: what `result.json` and `train --json` hold, and the bundle's manifest."""

import platform
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, cast

from willbuy import __version__
from willbuy.evaluation.result.metrics import Estimate, Metrics
from willbuy.evaluation.result.model import CandidateResult
from willbuy.evaluation.result.rows import Part
from willbuy.evaluation.result.run import Result
from willbuy.evaluation.result.verdict import Verdict
from willbuy.pipeline.reference import reference
from willbuy.pipeline.silent import silent_features
from willbuy.pipeline.tuned import candidates_over_folds, describe_tuning

if TYPE_CHECKING:
    from willbuy.pipeline.training import Training

NOT_A_DECISION = {"storage", "tracking"}  # sections that move no figure
SUMMARY = ("run", "bundle", "model", "parts", "test", "rules", "verdict", "offer", "thresholds", "bands")


def summary(result: Mapping[str, Any]) -> dict[str, Any]:
    """What `train --json` prints: the keys of SUMMARY, the threshold, and how the split was made."""
    said = {name: result[name] for name in SUMMARY}
    return said | {"threshold": result["test"]["threshold"], "split": result["split"]["kind"]}


def assemble_result(
    run: "Training",
    test: Metrics,
    rules: dict[str, Metrics],
    differences: dict[str, dict[str, Estimate]],
    words: Verdict,
    candidates: dict[str, Metrics],
) -> Result:
    """The whole run as JSON. `bundle` is empty until the bundle is written."""
    folds = candidates_over_folds(run.learning)
    found = Result(
        run=run.folder.name,
        bundle="",
        model=run.learning.chosen,
        shop=run.shop.shop.name,
        task=run.describe_task(),
        parts=_parts(run),
        split={**run.split.describe(), "audit": dict(run.parts["audit"])},
        test=test,
        rules=rules,
        verdict=words,
        candidates=[
            CandidateResult(
                name=name, chosen=name == run.learning.chosen, metrics=metrics, over_folds=folds[name]
            )
            for name, metrics in candidates.items()
        ],
        tuning=describe_tuning(run.learning),
        features=run.describe_features(),
        differences=differences,
        shop_file=run.shop.model_dump(mode="json", exclude=NOT_A_DECISION),
        seeds={"train": run.seed},
        versions={"willbuy": __version__, "python": platform.python_version()},
        notes=[*silent_features(run.train, run.drop_words), *run.notes()],
    )
    found.update(cast(Result, run.own_result()))
    return found


def manifest_fields(run: "Training") -> dict[str, Any]:
    """What the bundle says about itself beside the model: no clock time, no path, so that equal runs are equal."""
    return {
        "shop": run.shop.shop.name,
        "task": run.result["task"],
        "model": run.learning.chosen,
        "settings": run.learning.tuned[run.learning.chosen].settings(),
        "offer": run.result["offer"],
        "thresholds": run.learning.offered.to_list(),
        "reference": _reference(run),
        "bands": [band.to_dict() for band in run.learning.bands],
        "split": run.result["split"],
        "parts": run.result["parts"],
        "test": run.result["test"],
        "rules": run.result["rules"],
        "verdict": run.result["verdict"],
        "doctor": {"accepted": run.diagnosis.accepted, "doubts": run.diagnosis.doubts},
        "seed": run.seed,
        **run.own_manifest(),
    }


def _reference(run: "Training") -> dict[str, Any]:
    learning = run.learning
    scores = learning.calibrator.probability(learning.log_odds[learning.chosen])
    return reference(run.train.X, run.train.names, scores)


def _parts(run: "Training") -> list[Part]:
    described = run.split.describe()
    parts = []
    for name in ("train", "embargo", "test"):
        n, positives = run.parts["rows"][name]["n"], run.parts["rows"][name]["positives"]
        rate = positives / n if n else None
        parts.append(
            Part(part=name, anchors=described.get(name, []), n=n, positives=positives, base_rate=rate)
        )
    return parts
