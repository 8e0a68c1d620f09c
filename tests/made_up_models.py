"""Models made up for the tests: random trees, lines and calibrators in real bundles, without any training."""

from pathlib import Path
from typing import Any

import numpy as np

from willbuy.models.bundle import write_bundle
from willbuy.models.calibrators import Calibrator, IsotonicCalibrator, SigmoidCalibrator
from willbuy.models.descent import Forest
from willbuy.models.scorers import ForestScorer, LogisticScorer, Scorer, TreesScorer
from willbuy.offers.bands import bands_for
from willbuy.runs import BUNDLE, new_run, write_result
from willbuy.shop import Common


def random_trees(
    random: np.random.Generator, trees: int, depth: int, width: int, *, shares: bool, grow: float = 0.9
) -> Forest:
    """Trees of at most `depth`, a node split with the chance `grow`; leaves are shares of buyers, or small float32."""
    root, feature, threshold, left, null_left, value = ([] for _ in range(6))

    def node() -> int:
        feature.append(0), threshold.append(np.inf), left.append(len(left)), null_left.append(1)
        value.append(random.random() if shares else random.normal(0, 0.1))
        return len(left) - 1

    for _ in range(trees):
        root.append(node())
        level = [root[-1]]
        for _ in range(depth):
            below = []
            for parent in level:
                if random.random() > grow:
                    continue
                first = node()
                below += [first, node()]
                feature[parent], left[parent] = int(random.integers(width)), first
                threshold[parent], null_left[parent] = float(random.normal()), int(random.integers(2))
            level = below
    return Forest(
        root=root,
        feature=feature,
        threshold=threshold,
        left=left,
        null_left=null_left,
        value=np.array(value, dtype=np.float64 if shares else np.float32),
        cover=np.ones(len(left)),
        n_features=width,
    )


def random_scorer(random: np.random.Generator, family: str, width: int, trees: int, depth: int) -> Scorer:
    """A scorer of a family over `width` features."""
    if family == "boosting":
        return TreesScorer(forest=random_trees(random, trees, depth, width, shares=False), base=-1.5)
    if family == "forest":
        forest = random_trees(random, max(1, trees), depth, width, shares=True)
        return ForestScorer(forest=forest, floor=0.001, shift=float(random.normal()))
    rows = {name: random.normal(size=width) for name in ("center", "weight", "null_weight")}
    return LogisticScorer(
        **rows, scale=random.random(width) + 0.1, null_share=random.random(width), intercept=-1.0
    )


def random_calibrator(random: np.random.Generator, kind: str, knots: int = 8) -> Calibrator:
    """A calibrator of a kind."""
    if kind == "sigmoid":
        return SigmoidCalibrator(intercept=float(random.normal()), slope=float(random.random() * 2))
    return IsotonicCalibrator(
        before=np.cumsum(random.random(knots) + 0.01) - knots / 3,
        after=np.cumsum(random.random(knots)) - knots / 2,
    )


def random_rows(random: np.random.Generator, n: int, width: int) -> Any:
    """Rows with nulls, of which some values are no float32."""
    rows = random.normal(size=(n, width))
    rows[random.random(rows.shape) < 0.15] = np.nan
    return rows


def write_model(
    folder: Path, seed: int = 0, family: str = "boosting", width: int = 6, trees: int = 20, depth: int = 4
) -> str:
    """Write a bundle of a random model; returns its id. The same seed gives the same id."""
    random = np.random.default_rng(seed)
    return write_bundle(
        folder,
        scorer=random_scorer(random, family, width, trees, depth),
        calibrator=random_calibrator(random, "isotonic" if seed % 2 else "sigmoid"),
        features_spec=None,
        feature_names=[f"feature_{number}" for number in range(width)],
        threshold=0.25,
        fields={"bands": [band.to_dict() for band in bands_for(0.1)]},
        golden=random_rows(random, 50, width),
    )


def make_run(home: Path, seed: int = 0, verdict: str = "use", **model: Any) -> str:
    """A complete run with a random model; returns its name."""
    folder = new_run(home)
    bundle = write_model(folder / BUNDLE, seed, **model)
    figure = {"value": 0.5, "low": 0.4, "high": 0.6}
    write_result(
        folder,
        {
            "run": folder.name,
            "bundle": bundle,
            "model": model.get("family", "boosting"),
            "task": {"kind": "table", "words": "who buys"},
            "test": dict.fromkeys(("average_precision", "roc_auc", "log_loss"), figure),
            "verdict": {"kind": verdict, "headline": f"The verdict is {verdict}.", "sentences": []},
            "doctor": {"findings": []},
        },
    )
    return folder.name


def bundle_id(home: Path, run: str) -> str:
    """The id of a run's bundle."""
    import json

    found: str = json.loads((home / "runs" / run / "result.json").read_text())["bundle"]
    return found


def empty_shop(folder: Path) -> Common:
    """A shop without anything but its folder."""
    return Common(folder=folder)
