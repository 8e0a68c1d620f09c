"""Customer propensity: 23 click flags of a user's day, and whether the same day ended in an order: ROC-AUC 0.997.

Published: five flags are multiplied with others, an engagement and an intent score are sums of flags, everything is
standardised; a logistic regression, a random forest and XGBoost, each with its classes balanced by weights, are tuned for F1
in three folds; the fifth of the rows that they are compared on is drawn at random. Every draw takes the seed 42. (Here settings are searched on 10,000 rows at most.)
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from willbuy.doctor.case import Case
from willbuy.doctor.undated import undated
from willbuy.evaluation.result.metrics import Metrics
from willbuy.evaluation.rules import EVERYONE, Rule
from willbuy.evaluation.words import figure, percent
from willbuy.progress import StepCallback
from willbuy.reproductions.data import Wanted
from willbuy.reproductions.our_side import OURS, Tested, hold_ours_out
from willbuy.reproductions.our_table import OurTable
from willbuy.reproductions.result import Data, Reproduction, Row, Wrong, point, published

if TYPE_CHECKING:
    import pandas as pd

SEED = 42
TARGET, ID = "ordered", "UserID"
WANTED = Wanted(
    name="training_sample.csv",
    columns=(ID, "basket_icon_click", "sign_in", "saw_checkout", "checked_delivery_detail", TARGET),
    where="it is of the data set “Customer propensity to purchase” on Kaggle",
)
ROWS = 24_000  # that are generated
SEARCHED = 10_000  # rows of a larger file that settings are searched on; the fit takes all
LOGISTIC, FOREST, BOOSTED = "logistic regression", "random forest", "XGBoost"
MODELS = (FOREST, BOOSTED, LOGISTIC)
TRUTH = "the true probabilities"
ITS_OWN = "a fifth of training_sample.csv, shuffled (seed 42)"
METRICS = ("roc_auc", "average_precision", "log_loss", "predicted_over_actual", "precision", "recall", "f1")
PUBLISHED: list[Row] = [
    published(FOREST, ITS_OWN, f1=0.9182, precision=0.8555, recall=0.9908, roc_auc=0.9974),
    published(BOOSTED, ITS_OWN, f1=0.9125, precision=0.8454, recall=0.9911, roc_auc=0.9974),
    published(LOGISTIC, ITS_OWN, f1=0.9123, precision=0.8441, recall=0.9924, roc_auc=0.9974),
]
TRAINING_RATE, TESTING_RATE = (
    0.0419,
    0.0084,
)  # published: who ordered, and whom the forest chose of testing_sample.csv
PRODUCTS = (
    ("sign_in", "saw_checkout"),
    ("sign_in", "checked_delivery_detail"),
    ("sign_in", "account_page_click"),
    ("basket_add_detail", "basket_icon_click"),
    ("basket_add_detail", "basket_add_list"),
    *((f"device_{device}", "returning_user") for device in ("mobile", "computer", "tablet")),
)
ENGAGEMENT = (
    "basket_icon_click",
    "basket_add_list",
    "basket_add_detail",
    "account_page_click",
    "detail_wishlist_add",
    "sort_by",
)
INTENT = ("saw_checkout", "checked_delivery_detail", "checked_returns_detail", "sign_in", "saw_delivery")
CHECKOUT = Rule("checkout", "who saw the checkout", {"saw_checkout": None}, "any")


@dataclass(frozen=True)
class Flags:
    """A file of flags: what it and its test rows are called here, and the true probability of each row, in its order, where it is known."""

    name: str
    on: str
    file: Path
    truth: NDArray[np.float64] | None = None


@contextmanager
def generated(say: StepCallback) -> Iterator[Flags]:
    """Flags in the shape of the published data, drawn from probabilities that are known; gone afterwards."""
    import pandas as pd

    from willbuy.tables.simulation import write_click_flags

    say(f"flags of {ROWS:,} generated users")
    with TemporaryDirectory() as folder:
        file, truth = Path(folder) / WANTED.name, Path(folder) / "truth.csv"
        write_click_flags(file, users=ROWS, truth=truth)
        ids = pd.read_csv(file, usecols=[ID], dtype=str)[ID]
        known = pd.read_csv(truth, dtype={ID: str}).set_index(ID)["probability"]
        name = f"{ROWS:,} generated users"
        yield Flags(name, f"a fifth of {name}", file, known.reindex(ids).to_numpy(np.float64))


def published_columns(rows: "pd.DataFrame") -> "pd.DataFrame":
    """The published model's inputs: the flags, products of some, and two sums."""
    X = rows.drop(columns=[ID, TARGET]).astype(float)
    for one, other in PRODUCTS:
        X[f"{one}_x_{other}"] = X[one] * X[other]
    X["engagement_score"] = X[list(ENGAGEMENT)].sum(axis=1)
    X["intent_score"] = X[list(INTENT)].sum(axis=1)
    return X


def published_models(y: NDArray[np.int64]) -> dict[str, tuple[Any, dict[str, list[Any]]]]:
    """The three models with the settings that are searched; classes are balanced by weights."""
    from sklearn.ensemble import RandomForestClassifier
    from sklearn.linear_model import LogisticRegression
    from xgboost import XGBClassifier

    weight = float((y == 0).sum() / (y == 1).sum())
    return {
        FOREST: (
            RandomForestClassifier(class_weight="balanced", random_state=SEED),
            {"n_estimators": [100, 200], "max_depth": [10, 20, None], "min_samples_split": [2, 5]},
        ),
        BOOSTED: (
            XGBClassifier(scale_pos_weight=weight, eval_metric="logloss", random_state=SEED),
            {"n_estimators": [100, 200], "max_depth": [6, 10], "learning_rate": [0.1, 0.01]},
        ),
        LOGISTIC: (
            LogisticRegression(class_weight="balanced", max_iter=1000, random_state=SEED),
            {"C": [0.1, 1.0, 10.0]},
        ),
    }


def published_scores(
    train: "pd.DataFrame", test: "pd.DataFrame", say: StepCallback, models: Sequence[str] = MODELS
) -> dict[str, NDArray[np.float64]]:
    """The tuned models' scores of the test rows."""
    from sklearn.model_selection import GridSearchCV, StratifiedKFold
    from sklearn.preprocessing import StandardScaler

    scaler = StandardScaler().fit(published_columns(train))
    X, ahead = (scaler.transform(published_columns(part)) for part in (train, test))
    y = train[TARGET].to_numpy(np.int64)
    drawn = np.random.default_rng(SEED).permutation(len(y))[:SEARCHED]
    found = {}
    for name in models:
        say(f"the published search: {name}")
        model, settings = published_models(y)[name]
        folds = StratifiedKFold(3, shuffle=True, random_state=SEED)
        search = GridSearchCV(model, settings, cv=folds, scoring="f1", refit=False).fit(X[drawn], y[drawn])
        model.set_params(**search.best_params_).fit(X, y)
        found[name] = np.asarray(model.predict_proba(ahead)[:, 1], dtype=np.float64)
    return found


def run(files: Sequence[Path], say: StepCallback) -> Reproduction:
    """The three models and ours on generated flags, whose truth is known, or on the file that is given."""
    if files:
        return _reproduced(Flags(WANTED.name, ITS_OWN, WANTED.only(files, "propensity_flags")), say)
    with generated(say) as flags:
        return _reproduced(flags, say)


def _reproduced(flags: Flags, say: StepCallback) -> Reproduction:
    tested, frame = hold_both_out(flags, say)
    names = list(tested.words)
    answer = tested.verdict(names, "The test is drawn at random: no test of the future.")
    truth = (
        []
        if flags.truth is None
        else [_closeness(row, tested, flags) for row in tested.rows([TRUTH], METRICS[:4])]
    )
    return Reproduction(
        system="propensity_flags",
        title="Customer propensity: 23 click flags of a user’s day",
        source="the project’s README",
        method=str(__doc__).split("Published: ")[1].strip().replace("\n", " "),
        data=[Data(source=flags.name, rows=len(frame), positives=int(frame[TARGET].sum()))],
        published=PUBLISHED,
        reproduced=[_closeness(row, tested, flags) for row in tested.rows(MODELS, METRICS)],
        rules=[*tested.rows(names, METRICS), *(row | {"kind": "truth"} for row in truth)],
        ours=[
            *(_closeness(row, tested, flags) for row in tested.rows([OURS], METRICS)),
            *(tested.minus(name, ["roc_auc", "average_precision", "log_loss"]) for name in MODELS),
        ],
        wrong=[_too_high(tested), _same_day(frame), *_published()],
        verdict=" ".join([answer["headline"], *answer["sentences"]]),
    )


def hold_both_out(
    flags: Flags, say: StepCallback, models: Sequence[str] = MODELS
) -> "tuple[Tested, pd.DataFrame]":
    """The published models and ours learnt on four fifths of the users, held against each other on the rest."""
    from sklearn.model_selection import train_test_split

    frame = WANTED.read(flags.file)
    train, test = train_test_split(frame, test_size=0.2, random_state=SEED, stratify=frame[TARGET])
    methods = published_scores(train, test, say, models)
    if flags.truth is not None:
        methods[TRUTH] = flags.truth[test.index.to_numpy()]
    say("ours on the same rows")
    table = OurTable.read(flags.file, "propensity_flags")
    rows = [table.rows(part.index.to_numpy()) for part in (train, test)]
    tested = hold_ours_out(
        flags.on, table.shop, *rows, methods=methods, rules=(EVERYONE, CHECKOUT), wrap=table.wrap
    )
    return tested, frame


def _closeness(row: Row, tested: Tested, flags: Flags) -> Row:
    """The row with the mean distance of its scores from the true probabilities, where these are known."""
    if flags.truth is None:
        return row
    name = row["who"].split(" (")[0]
    gap = float(np.abs(tested.scores[name] - tested.scores[TRUTH]).mean())
    return row | {"figures": row["figures"] | {"distance": point(gap)}}


def _ratio(found: Metrics) -> float:
    return found["predicted_over_actual"] or 0.0


def _too_high(tested: Tested) -> Wrong:
    found = tested.both.metrics
    ratios = {name: _ratio(found[name]) for name in (*MODELS, OURS) if name in found}
    theirs = ", ".join(f"{figure(ratio, 1)} ({name})" for name, ratio in ratios.items() if name != OURS)
    return Wrong(
        words=(
            f"Balanced classes make scores that are no probabilities: for each order they promise {theirs}; ours promises"
            f" {figure(ratios[OURS], 2)}. The published system reads them as probabilities, with 0.5 for high intent."
        ),
        figures=ratios,
    )


def _same_day(frame: "pd.DataFrame") -> Wrong:
    columns = {name: frame[name].to_numpy() for name in frame.columns if name not in (ID, TARGET)}
    (finding,) = undated(Case.of(columns, frame[TARGET]))
    return Wrong(
        words=f"`willbuy doctor`: {finding.words}. A score from them comes when the day is over.",
        figures={"undated": float(len(finding.proof["columns"])), "columns": float(len(columns))},
    )


def _published() -> list[Wrong]:
    """What the published figures say against themselves."""
    figures = [row["figures"] for row in PUBLISHED]
    recall, precision = (figures[0][name]["value"] or 0.0 for name in ("recall", "precision"))
    chosen = TRAINING_RATE * recall / precision
    return [
        Wrong(
            words=(
                "Three unlike models have the same ROC-AUC of 0.9974: the columns give the order away, not a model finds it."
            ),
            figures={
                f"roc_auc_{number}": of["roc_auc"]["value"] or 0.0 for number, of in enumerate(figures, 1)
            },
        ),
        Wrong(
            words=(
                f"On its own test the forest chooses {percent(chosen)} of the users ({percent(TRAINING_RATE)} order), of"
                f" testing_sample.csv {percent(TESTING_RATE)}: that is called conservative, and says that the two files are"
                " unlike, or that the scores are."
            ),
            figures={"chosen_on_its_test": chosen, "chosen_of_testing_sample": TESTING_RATE},
        ),
    ]
