"""Training twice gives the same bundle: in one process, in two, with one thread and with two (G21, M9)."""

import os
import subprocess
import sys

import numpy as np
import pytest

from willbuy.models.candidates import XGBoostCandidate

TRAIN = """
import sys
import numpy as np
from willbuy.models.bundle import write_bundle
from willbuy.models.calibrators import fit_calibrator
from willbuy.models.candidates import ForestCandidate, LogisticCandidate, XGBoostCandidate
from willbuy.models.out_of_fold import out_of_fold
from willbuy.models.search import search
from willbuy.offers.f1 import f1_threshold

folder, threads = sys.argv[1], int(sys.argv[2])
random = np.random.default_rng(7)
n, names = 20_000, [f"count_{number}" for number in range(24)]
X = random.gamma(0.5, 20, (n, len(names)))
X[random.random(X.shape) < 0.1] = np.nan
groups = random.integers(0, n // 3, n)
y = (random.random(n) < 1 / (1 + np.exp(3 - 0.05 * np.nan_to_num(X[:, 0]) - 0.03 * np.nan_to_num(X[:, 1])))).astype(int)
for candidate in (LogisticCandidate(), ForestCandidate(threads=threads), XGBoostCandidate(threads=threads, most_rounds=60)):
    found, _ = search(candidate, X, y, groups, metric="average_precision", trials=3, seed=1, say=lambda _: None)
    tuned = found.tune(X, y, 1, groups)
    log_odds = out_of_fold(tuned, X, y, groups, 3, 1)
    calibrator = fit_calibrator(log_odds, y)
    scorer = tuned.fit(X, y, 1, names)
    threshold = f1_threshold(calibrator.probability(log_odds), y)
    print(write_bundle(
        f"{folder}/{candidate.name}", scorer=scorer, calibrator=calibrator, features_spec=names, feature_names=names,
        threshold=threshold.value, fields={"settings": tuned.settings(), "on": threshold.to_dict()},
        golden=X[:1000], native=scorer.native,
    ))
"""


@pytest.mark.gate
def test_the_same_training_gives_the_same_bundle_id(root, tmp_path):
    ids = []
    for run, threads in enumerate((1, 2, 2)):
        environment = {
            **os.environ,
            "PYTHONPATH": str(root / "src"),
            "PYTHONHASHSEED": str(run),
            **dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"), str(threads)),
        }
        command = [sys.executable, "-c", TRAIN, str(tmp_path / str(run)), str(threads)]
        done = subprocess.run(command, capture_output=True, text=True, check=False, env=environment)
        assert done.returncode == 0, done.stderr
        ids.append(done.stdout.split())
    assert len(ids[0]) == 3
    assert ids[0] == ids[1] == ids[2]


def test_trees_that_draw_rows_and_features_are_the_same_each_time():
    """Folds grow side by side; what each draws must not hang on the thread that it is fitted in."""
    random = np.random.default_rng(0)
    X = random.normal(size=(1500, 8))
    y = (random.random(1500) < 1 / (1 + np.exp(2 - X[:, 0] - X[:, 1] * X[:, 2]))).astype(np.int8)
    drawing = XGBoostCandidate(learning_rate=0.05, subsample=0.8, feature_share=0.6, most_rounds=200)
    rounds = {drawing.tune(X, y, 1, np.arange(1500)).rounds for _ in range(5)}
    assert len(rounds) == 1
