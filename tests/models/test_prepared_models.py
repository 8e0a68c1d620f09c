"""Models of raw columns: bundles, bulk scoring, contributions and reasons; and folds that do not see each other (G4)."""

from dataclasses import dataclass, field

import numpy as np
import pytest
from sklearn.metrics import roc_auc_score

from models.prepare.tables import COLUMNS, NAMES, make_table
from willbuy.errors import BundleError
from willbuy.models.bundle import load_bundle, write_bundle
from willbuy.models.calibrators import SigmoidCalibrator
from willbuy.models.candidates import (
    ForestCandidate,
    LogisticCandidate,
    PreparedCandidate,
    Reweighted,
    XGBoostCandidate,
    for_table,
)
from willbuy.models.candidates.prepared import GENTLE
from willbuy.models.candidates.raised import raised
from willbuy.models.contributions import explain
from willbuy.models.out_of_fold import out_of_fold
from willbuy.models.prepare import Column, Preparation
from willbuy.models.scorers import PreparedScorer, scorer_from_arrays
from willbuy.models.search import search

FAMILIES = (
    LogisticCandidate(strength=0.1),
    ForestCandidate(trees=20, threads=1),
    XGBoostCandidate(rounds=30, threads=1),
)
by_family = pytest.mark.parametrize("candidate", FAMILIES, ids=lambda c: c.name)
PREPARATION = Preparation(COLUMNS, scale="standard", rare=20)


@pytest.fixture(scope="module")
def table():
    return make_table(3000, seed=3)


def fitted(candidate, table, preparation=PREPARATION):
    X, y = table
    return PreparedCandidate(candidate, preparation).fit(X, y, 1, NAMES)


def write(folder, scorer, X, **fields):
    return write_bundle(
        folder,
        scorer=scorer,
        calibrator=SigmoidCalibrator(intercept=0, slope=1),
        features_spec=[],
        feature_names=NAMES,
        threshold=0.5,
        fields=fields,
        golden=X[:100],
        native=scorer.native,
    )


@by_family
def test_a_bundle_takes_raw_columns(candidate, table, tmp_path):
    X, y = table
    scorer = fitted(candidate, table)
    bundle = load_bundle(tmp_path / "b", write(tmp_path / "b", scorer, X, phrases=scorer.prepared.phrases()))
    log_odds = scorer.log_odds(X)
    assert roc_auc_score(y, log_odds) > 0.7
    assert bundle.log_odds(X).tolist() == log_odds.tolist()
    assert [bundle.log_odds(X[i : i + 1])[0] for i in range(100)] == log_odds[:100].tolist()
    np.testing.assert_allclose(bundle.in_bulk(threads=1).log_odds(X), log_odds, atol=1e-6)
    assert [Column.from_dict(column) for column in bundle.manifest["columns"]] == list(COLUMNS)
    assert bundle.labels(X) == {}


@by_family
def test_contributions_of_raw_columns_add_up(candidate, table):
    X, _ = table
    scorer = fitted(candidate, table)
    explained = explain(scorer)
    parts = explained.of(X[:300])
    assert parts.shape == (300, len(NAMES))
    np.testing.assert_allclose(parts.sum(axis=1) + explained.base, scorer.log_odds(X[:300]), atol=1e-5)
    assert all(explained.of(X[i : i + 1]).tobytes() == parts[i : i + 1].tobytes() for i in range(50))
    assert (explained.method, explained.base) == (explain(scorer.inner).method, explain(scorer.inner).base)
    assert np.abs(parts[:, NAMES.index("constant")]).max() < 1e-9


def test_reasons_say_what_stands_in_the_table(table, tmp_path):
    X, _ = table
    scorer = fitted(FAMILIES[0], table)
    write(tmp_path / "b", scorer, X, phrases=scorer.prepared.phrases())
    bundle = load_bundle(tmp_path / "b")
    row = np.array([[40.0, np.nan, 1.0, 1.0, -1.0, 7.0]])
    said = {reason.feature: reason.text for reason in bundle.reasons(row, most=6)[0]}
    assert said == {
        "pages": "pages 40 (typical 6)",
        "seconds": "seconds missing",
        "member": "member yes",
        "device": "device Mobile",
        "month": "month a value never seen before",
    }


def test_columns_that_are_not_the_models_are_refused(table, tmp_path, monkeypatch):
    X, _ = table
    scorer = fitted(FAMILIES[0], table)
    other = [Column("pages", "number").to_dict()]
    monkeypatch.setattr("willbuy.models.bundle._columns", lambda _: {"columns": other})
    write(tmp_path / "b", scorer, X)
    monkeypatch.undo()
    with pytest.raises(BundleError, match="the manifest's columns are not those of the model"):
        load_bundle(tmp_path / "b")


@by_family
def test_arrays_make_the_scorer_anew(candidate, table):
    X, _ = table
    scorer = fitted(candidate, table)
    again = scorer_from_arrays("prepared", scorer.arrays())
    assert again.log_odds(X).tolist() == scorer.log_odds(X).tolist()
    arrays = scorer.arrays()
    del arrays["inner_family"]
    with pytest.raises(BundleError, match="no family of the model inside"):
        PreparedScorer.from_arrays(arrays)
    with pytest.raises(BundleError, match="the model reads"):
        PreparedScorer(Preparation(COLUMNS[:2]).fit(X[:, :2]), scorer.inner)


@by_family
@pytest.mark.parametrize("outside", [True, False], ids=["weights outside", "weights inside"])
def test_class_weights_are_taken_back(candidate, table, outside):
    X, y = table
    if outside:
        weighted = Reweighted(PreparedCandidate(candidate, PREPARATION), class_weight=8.0)
    else:
        weighted = PreparedCandidate(Reweighted(candidate, class_weight=8.0), PREPARATION)
    scorer = weighted.fit(X, y, 1, NAMES)
    assert 0.9 < (1 / (1 + np.exp(-scorer.log_odds(X)))).mean() / y.mean() < 1.1
    np.testing.assert_allclose(raised(scorer, -1).log_odds(X[:9]), scorer.log_odds(X[:9]) - 1, atol=1e-5)
    assert weighted.hold_out(X, y, 1, np.arange(len(y)), np.arange(len(y)) % 3).shape == y.shape


def test_it_is_tuned_and_searched_like_the_family_inside(table):
    X, y = table
    candidate = PreparedCandidate(XGBoostCandidate(most_rounds=60, threads=1), PREPARATION)
    assert (candidate.name, candidate.space) == ("xgboost", XGBoostCandidate.space)
    found, tried = search(
        candidate,
        X,
        y,
        np.arange(len(y)),
        metric="roc_auc",
        trials=2,
        seed=1,
        say=lambda _: None,
    )
    assert tried.trials == 2
    assert found.settings()["scale"] == "standard"
    tuned = candidate.tune(X, y, 1)
    assert tuned.candidate.rounds > 1
    once, twice = tuned.fit(X, y, 1, NAMES), candidate.fit(X, y, 1, NAMES)
    assert once.log_odds(X).tolist() == twice.log_odds(X).tolist()


@dataclass(frozen=True)
class Watched(Preparation):
    """A preparation that keeps the first column (a number for each row) of whatever it is fitted on."""

    seen: list = field(default_factory=list, compare=False)

    def fit(self, X):
        self.seen.append(X[:, 0].copy())
        return super().fit(X)


OPEN = (LogisticCandidate(grid=(0.1, 1.0)), XGBoostCandidate(most_rounds=8, threads=1), FAMILIES[1])


@pytest.mark.parametrize("candidate", OPEN, ids=lambda c: c.name)
@pytest.mark.parametrize("wrap", [PreparedCandidate, "weighted"], ids=["plain", "weighted"])
def test_a_fold_is_prepared_by_its_own_rows_alone(candidate, wrap):
    """Fitted on all rows, a preparation would have seen the rows of every fold."""
    n = 300
    random = np.random.default_rng(5)
    X = np.column_stack((np.arange(n, dtype=float), random.random((n, 2))))
    y, fold_of = (random.random(n) < 0.4).astype(np.int8), np.arange(n) % 3
    watched = Watched((Column("row", "number"), Column("a", "number"), Column("b", "number")))
    tried = PreparedCandidate(candidate, watched)
    if wrap == "weighted":
        tried = PreparedCandidate(Reweighted(candidate, class_weight=2.0), watched)
    tried.hold_out(X, y, 1, np.arange(n), fold_of)
    tried.tune(X, y, 1)
    out_of_fold(tried, X, y, np.arange(n), 3, 1)
    assert watched.seen
    everything = [rows for rows in watched.seen if len(rows) >= n]
    # a weighted candidate tunes before it holds out: that too happens on folds of its own
    assert everything == []


@by_family
def test_shuffled_labels_teach_nothing(candidate):
    """G4: whatever is fitted outside the folds would let labels through; over 20 shuffles the mean AUC stays at 0.5."""
    X, y = make_table(400, seed=9)
    random = np.random.default_rng(10)
    quick = {"xgboost": {"rounds": 5}, "forest": {"trees": 8}, "logistic": {}}
    small = candidate.with_settings(**quick[candidate.name])
    preparation = Preparation(COLUMNS, scale="min_max", rare=2)
    found = []
    for _ in range(20):
        shuffled = random.permutation(y)
        tried = PreparedCandidate(small, preparation)
        log_odds = out_of_fold(tried, X, shuffled, np.arange(len(y)), 4, seed=1)
        found.append(roc_auc_score(shuffled, log_odds))
    away = abs(np.mean(found) - 0.5)
    assert away < 3 * np.std(found, ddof=1) / np.sqrt(len(found))


def test_on_a_table_xgboost_starts_gently():
    gentle = for_table(XGBoostCandidate(depth=3), PREPARATION).settings()
    assert (gentle["depth"], gentle["learning_rate"], gentle["feature_share"]) == (3, 0.05, 0.6)
    assert for_table(FAMILIES[0], PREPARATION) == PreparedCandidate(FAMILIES[0], PREPARATION)
    for name, value in GENTLE.items():
        assert XGBoostCandidate.space[name].low <= value <= XGBoostCandidate.space[name].high
