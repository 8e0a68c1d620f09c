"""Both sides of `scoring` give the same bits, and the ratio is of the stage alone."""

import json
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from benchmarks.house.claims import stage_ratio
from benchmarks.ours import scoring as ours
from benchmarks.rivals import xgboost_scoring as rival
from willbuy.models.bundle import write_bundle
from willbuy.models.calibrators import fit_calibrator
from willbuy.models.candidates import XGBoostCandidate


@pytest.mark.parametrize("repeat", [1, 40])
def test_both_sides_score_the_same(tmp_path: Path, capsys: pytest.CaptureFixture[str], repeat: int) -> None:
    random = np.random.default_rng(2)
    X = np.tile(random.exponential(1, (500, 3)), (repeat, 1))
    X[::7, 1] = np.nan
    y = (X[:, 0] + random.normal(0, 1, len(X)) > 1.5).astype(np.int8)
    scorer = XGBoostCandidate(rounds=20, threads=1).fit(X, y, 1, ("a", "b", "c"))
    write_bundle(
        tmp_path / "bundle",
        scorer=scorer,
        calibrator=fit_calibrator(scorer.log_odds(X), y),
        features_spec=[],
        feature_names=("a", "b", "c"),
        threshold=0.5,
        fields={},
        golden=X[:10],
        native=scorer.native,
    )
    np.save(tmp_path / "rows.npy", X)
    ours.main(tmp_path / "bundle", tmp_path / "rows.npy")
    rival.main(tmp_path / "bundle" / "model.ubj", tmp_path / "rows.npy")
    by_us, by_them = (json.loads(line) for line in capsys.readouterr().out.splitlines())
    assert by_us["checksum"] == by_them["checksum"]
    assert by_us["rows"] == by_them["rows"] == len(X)


def test_the_ratio_of_a_stage() -> None:
    def side(*seconds: float) -> SimpleNamespace:
        return SimpleNamespace(
            samples=[SimpleNamespace(printed={"stages": {"score": {"cpu": one}}}) for one in seconds]
        )

    claim = stage_ratio("x", "score", "cpu", (side(4.0, 8.0, 6.0), side(1.0, 3.0, 2.0)), "at least", 3)  # type: ignore[arg-type]
    assert (claim.value, claim.range, claim.passed) == (3.0, (4 / 3, 8.0), True)
