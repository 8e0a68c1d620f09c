"""What moved the scores of the test part, by the model's own contributions."""

from typing import TYPE_CHECKING

import numpy as np

from willbuy.evaluation.contributed import summarise_contributions
from willbuy.models.contributions import explain
from willbuy.pipeline.rows import Rows

if TYPE_CHECKING:
    from willbuy.pipeline.training import Training

ROWS = 3000


def contribute(run: "Training") -> None:
    """Explain some rows of the test part, which was opened before. Fills result["features"] and ["contributions"]."""
    test = Rows(run.test.opened_rows(), run.train.names)
    chosen = np.sort(np.random.default_rng(run.seed).permutation(len(test.frame))[:ROWS])
    X = test.X[chosen]
    explained = explain(run.learning.scorer)
    found = summarise_contributions(explained.of(X), X, test.names, seed=run.seed)
    for feature in run.result["features"]:
        feature["contribution"] = found[feature["name"]]
    run.result["contributions"] = {"method": explained.method, "base": explained.base, "rows": len(X)}
