"""Online Shoppers (UCI 468): a tuned logistic regression on finished sessions, 0.905 on a shuffled split.

Published: the 125 duplicate rows are dropped; pages and durations are added up, and the duration by page; months and kinds
of visitors become columns of 0 and 1, everything else is standardised; C is the best of 15 drawn from 30 values in
stratified folds; the test is a fifth of the rows, drawn at random. Every draw takes the seed 42.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from willbuy.progress import StepCallback
from willbuy.reproductions.data import Wanted
from willbuy.reproductions.result import Data, Reproduction, Row, Wrong, point, published

if TYPE_CHECKING:
    import pandas as pd

SEED = 42
TARGET, SUSPECT = "Revenue", "PageValues"
CATEGORIES = ["Month", "VisitorType"]
WANTED = Wanted(
    name="online_shoppers_intention.csv",
    columns=(SUSPECT, *CATEGORIES, "Weekend", TARGET),
    where="it is data set 468 of the UCI Machine Learning Repository, “Online Shoppers Purchasing Intention”",
)
SHUFFLED = "a fifth of the rows, shuffled (seed 42)"
FOLDS = "five shuffled folds of the rest"
METHOD = "logistic regression"
PUBLISHED: list[Row] = [
    published(METHOD, FOLDS, roc_auc=0.89245, C=0.0108263673),
    published(METHOD, SHUFFLED, roc_auc=0.90487),
]


class Split(NamedTuple):
    """The rows that the published method learns from, and those that it is tested on."""

    train: "pd.DataFrame"
    test: "pd.DataFrame"


def published_split(frame: "pd.DataFrame") -> Split:
    """Duplicates out, then a fifth of the rows by chance, as many buyers in it as elsewhere."""
    from sklearn.model_selection import train_test_split

    rows = frame.drop_duplicates()
    train, test = train_test_split(rows, test_size=0.2, random_state=SEED, stratify=rows[TARGET])
    return Split(train, test)


def published_columns(rows: "pd.DataFrame") -> "pd.DataFrame":
    """The columns of the published model: the file's, and three sums and ratios of them."""
    X = rows.drop(columns=TARGET)
    kinds = ("Administrative", "Informational", "ProductRelated")
    X["Weekend"] = X["Weekend"].astype(int)
    X["TotalPages"] = sum(X[kind] for kind in kinds)
    X["TotalDuration"] = sum(X[f"{kind}_Duration"] for kind in kinds)
    X["DurationPerPage"] = X["TotalDuration"] / (X["TotalPages"] + 1)
    return X


def published_model(C: float = 1.0) -> Any:
    """The published pipeline, not fitted: standardised numbers, categories as columns of 0 and 1, a logistic regression."""
    from sklearn.compose import ColumnTransformer, make_column_selector
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import Pipeline
    from sklearn.preprocessing import OneHotEncoder, StandardScaler

    numbers = make_column_selector(dtype_include="number")
    encoder = OneHotEncoder(handle_unknown="ignore")
    columns = ColumnTransformer([("numbers", StandardScaler(), numbers), ("categories", encoder, CATEGORIES)])
    logistic = LogisticRegression(C=C, max_iter=1000, random_state=SEED)
    return Pipeline([("columns", columns), ("logistic", logistic)])


def published_search(train: "pd.DataFrame") -> Any:
    """The published search for C, fitted: it has `best_score_`, `best_params_` and `predict_proba`."""
    from sklearn.model_selection import RandomizedSearchCV, StratifiedKFold

    search = RandomizedSearchCV(
        published_model(),
        {"logistic__C": np.logspace(-3, 3, 30)},
        n_iter=15,
        scoring="roc_auc",
        cv=StratifiedKFold(5, shuffle=True, random_state=SEED),
        random_state=SEED,
    )
    return search.fit(published_columns(train), train[TARGET].astype(int))


def run(files: Sequence[Path], say: StepCallback) -> Reproduction:
    """The published search and its test."""
    frame = WANTED.read(WANTED.only(files, "online_shoppers"))
    split = published_split(frame)
    say("the published search: 15 values of C in five folds")
    search = published_search(split.train)
    scored = search.predict_proba(published_columns(split.test))[:, 1]
    from willbuy.evaluation.evaluate import evaluate
    from willbuy.reproductions.result import row

    found = evaluate(split.test[TARGET].astype(int), scored, np.arange(len(scored)), 0.5)
    folds = Row(
        who=METHOD,
        on=FOLDS,
        figures={
            "roc_auc": point(float(search.best_score_)),
            "C": point(float(search.best_params_["logistic__C"])),
        },
    )
    wrong: list[Wrong] = [without_suspect(frame)]
    return Reproduction(
        system="online_shoppers",
        title="Online Shoppers (UCI): logistic regression on finished sessions",
        source="the published project",
        method=str(__doc__).split("Published: ")[1].strip().replace("\n", " "),
        data=[Data(source=WANTED.name, rows=len(frame), positives=int(frame[TARGET].sum()))],
        published=PUBLISHED,
        reproduced=[folds, row(METHOD, SHUFFLED, found)],
        rules=[],
        ours=[],
        wrong=wrong,
        verdict="",
    )


def without_suspect(frame: "pd.DataFrame") -> Wrong:
    """How many buyers have no PageValues, before the summer and after."""
    early = frame["Month"].isin(["Feb", "Mar", "May"])
    buyers, lacks = frame[TARGET].astype(bool), frame[SUSPECT] == 0
    before, after = buyers & early, buyers & ~early
    return Wrong(
        words=(
            f"PageValues, the strongest column, is written by the purchase: of the {before.sum():,} buyers of February, March"
            f" and May {int((before & lacks).sum()):,} have 0, of the {after.sum():,} from June on {int((after & lacks).sum()):,}."
        ),
        figures={
            "buyers_before": float(before.sum()),
            "of_them_without": float((before & lacks).sum()),
            "buyers_after": float(after.sum()),
            "of_those_without": float((after & lacks).sum()),
        },
    )
