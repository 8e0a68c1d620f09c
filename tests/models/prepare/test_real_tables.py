"""What prepared models reach on real tables, with the defaults alone: nothing here was chosen on the rows tested."""

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import average_precision_score, log_loss, roc_auc_score
from sklearn.model_selection import train_test_split

from willbuy.models.calibrators import fit_calibrator
from willbuy.models.candidates import LogisticCandidate, XGBoostCandidate, for_table
from willbuy.models.out_of_fold import out_of_fold
from willbuy.models.prepare import Column, Preparation
from willbuy.models.prepare.recipes.online_shoppers import MONTHS

ROUNDS = 130  # as early stopping finds them on folds of the rows that are fitted, which takes longer
CODES = ("OperatingSystems", "Browser", "Region", "TrafficType", "VisitorType")


@pytest.fixture(scope="module")
def shoppers(shared_data):
    """UCI's sessions as text, the 125 that stand twice dropped."""
    path = shared_data / "uci_online_shoppers" / "online_shoppers_intention.csv"
    return pd.read_csv(path, dtype=str, keep_default_na=False).drop_duplicates()


def declared(table, without=()):
    """The columns of the table."""
    values = {"Month": MONTHS, **{name: tuple(sorted(table[name].unique())) for name in CODES}}
    roles = {"Weekend": "flag", **dict.fromkeys(values, "category")}
    names = [name for name in table if name not in ("Revenue", *without)]
    return tuple(Column(name, roles.get(name, "number"), values.get(name, ())) for name in names)


def learnt(table, columns, fitted):
    """A scorer of the fitted rows and its calibrator, by rows out of fold; the rows and labels of the table."""
    X = np.column_stack([column.code(table[column.name].tolist()) for column in columns])
    y = (table["Revenue"] == "TRUE").to_numpy().astype(np.int8)
    preparation = Preparation(columns, recipe="online_shoppers")
    candidate = for_table(XGBoostCandidate(rounds=ROUNDS, threads=1), preparation)
    log_odds = out_of_fold(candidate, X[fitted], y[fitted], np.arange(len(fitted)), 5, 1)
    scorer = candidate.fit(X[fitted], y[fitted], 1, preparation.names)
    return X, y, scorer, fit_calibrator(log_odds, y[fitted])


def calibration_error(p, y):
    """The expected calibration error over tenths of the rows."""
    tenths = np.array_split(np.argsort(p, kind="stable"), 10)
    return sum(abs(p[part].mean() - y[part].mean()) * len(part) for part in tenths) / len(p)


def error_by_chance(p):
    """What 95 of 100 tests would stay below if every probability were right: outcomes are drawn by them."""
    rng = np.random.default_rng(7)
    return np.quantile([calibration_error(p, rng.random(len(p)) < p) for _ in range(500)], 0.95)


@pytest.mark.parametrize(
    ("without", "auc", "precision", "loss", "ece"),
    [((), 0.934, 0.745, 0.226, 0.015), (("PageValues",), 0.785, 0.365, 0.36, 0.02)],
    ids=["all columns", "without PageValues"],
)
def test_a_shuffled_fifth_of_online_shoppers(shoppers, without, auc, precision, loss, ece):
    revenue = shoppers["Revenue"]
    rows = np.arange(len(shoppers))
    fitted, held = train_test_split(rows, test_size=0.2, random_state=42, stratify=revenue)
    X, y, scorer, calibrator = learnt(shoppers, declared(shoppers, without), fitted)
    log_odds = scorer.log_odds(X[held])
    p = calibrator.probability(log_odds)
    assert roc_auc_score(y[held], log_odds) >= auc
    assert average_precision_score(y[held], log_odds) >= precision
    assert log_loss(y[held], p) <= loss
    assert calibration_error(p, y[held]) <= max(ece, error_by_chance(p))
    assert abs(p.mean() - y[held].mean()) < 0.01


def test_november_and_december_of_online_shoppers(shoppers):
    """Months that no fitted row has: they set no column, and are counted."""
    late = shoppers["Month"].isin(["Nov", "Dec"]).to_numpy()
    X, y, scorer, _ = learnt(shoppers, declared(shoppers), np.flatnonzero(~late))
    log_odds = scorer.log_odds(X[late])
    assert roc_auc_score(y[late], log_odds) >= 0.835
    assert average_precision_score(y[late], log_odds) >= 0.655
    assert scorer.prepared.unseen(X[late])["Month"] == late.sum()
    assert scorer.prepared.unseen(X[~late])["Month"] == 0


SESSIONS = (
    Column("time_spent", "number", missing="median"),
    Column("pages_viewed", "number", missing="mean"),
    Column("basket_value", "number", missing="zero"),
    Column("device_type", "category", ("Desktop", "Mobile", "Tablet"), missing="Unknown"),
    Column("customer_type", "category", ("New", "Returning"), missing="New"),
)


def test_sessions_with_missing_values(shared_data):
    """Every null of RetailTech's sessions is filled by its rule, and every session has a segment."""
    table = pd.read_csv(
        shared_data / "retailtech" / "raw_customer_data.csv", dtype=str, keep_default_na=False
    )
    X = np.column_stack([column.code(table[column.name].tolist()) for column in SESSIONS])
    assert np.isnan(X).sum(axis=0).tolist() == [65, 42, 83, 19, 27]
    y = (table["purchase"] == "1").to_numpy().astype(np.int8)
    preparation = Preparation(SESSIONS, recipe="retailtech", scale="min_max")
    scorer = for_table(LogisticCandidate(), preparation).fit(X, y, 1, preparation.names)
    prepared = scorer.prepared
    rows = prepared.transform(X)
    assert not np.isnan(rows).any()
    assert (rows.min(), rows.max()) == (0.0, 1.0)
    assert "device_type=Unknown" in prepared.names
    assert set(prepared.labels(X)["segment"]) == {
        "high_engagement",
        "focused_shopper",
        "window_shopper",
        "casual_browser",
    }
