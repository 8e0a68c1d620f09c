"""Fit the two models of the benchmark of one row, with calibrators, and write them as bundles.

Usage: python -m benchmarks.ours.one_row_models TABLE FOLDER
"""

import sys
from pathlib import Path

import numpy as np

from benchmarks.house.data import TABLES, Table
from benchmarks.house.side import Stages
from willbuy.models.bundle import write_bundle
from willbuy.models.calibrators import fit_calibrator
from willbuy.models.candidates import Candidate, ForestCandidate, XGBoostCandidate

SEED, FITTED = 7, 20_000


def main(table: Table, folder: Path) -> None:
    """Fit on the first rows of a table, calibrate on the rows after them."""
    X = np.load(table.features)[: 2 * FITTED].astype(np.float64)
    y = np.load(table.labels)[: 2 * FITTED]
    names = [f"feature_{number}" for number in range(X.shape[1])]
    candidates: dict[str, Candidate] = {"boosting": XGBoostCandidate(rounds=500), "forest": ForestCandidate()}
    for model, candidate in candidates.items():
        scorer = candidate.fit(X[:FITTED], y[:FITTED], SEED, names)
        write_bundle(
            folder / model,
            scorer=scorer,
            calibrator=fit_calibrator(scorer.log_odds(X[FITTED:]), y[FITTED:]),
            features_spec=None,
            feature_names=names,
            threshold=0.5,
            fields={},
            golden=X[:100],
            native=scorer.native,
        )
    Stages().done(features=len(names))


if __name__ == "__main__":
    main(TABLES[sys.argv[1]], Path(sys.argv[2]))
