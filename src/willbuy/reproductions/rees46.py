"""REES46: a forest on the totals of finished sessions, “97 % precision”, though the totals hold the purchase itself.

Published: one row a session, with its interactions in all, its views, carts per view, its duration in seconds, the average
price and the hour it began; the counts of carts and purchases are dropped as too telling. A random forest with balanced
classes is tested on a fifth of the sessions, drawn at random.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from willbuy.doctor.case import Case
from willbuy.doctor.finding import Finding
from willbuy.doctor.rebuilt import rebuilt
from willbuy.errors import SourceError
from willbuy.evaluation.evaluate import side_by_side
from willbuy.evaluation.result.metrics import Metrics
from willbuy.evaluation.result.run import Result
from willbuy.evaluation.words import figure, interval, percent
from willbuy.progress import StepCallback
from willbuy.reproductions.data import Wanted
from willbuy.reproductions.our_log import train_on_log
from willbuy.reproductions.result import Data, Reproduction, Row, Wrong, published, row

if TYPE_CHECKING:
    import pandas as pd

SEED = 42
COLUMNS = ("total_interactions", "views", "view_to_cart_ratio", "duration", "average_price", "hour")
WANTED = Wanted(
    name="2019-Oct.csv",
    columns=("event_time", "event_type", "price", "user_id", "user_session"),
    where="it is a month of “eCommerce behavior data from multi category store”, which REES46 published on Kaggle",
)
TEST = "a fifth of the finished sessions, shuffled (seed 42)"
OPEN = "sessions that are still open, asked after their 1st, 3rd and 5th event"
FOREST, FORMULA = "random forest", "formula"
ITS_OWN = "the published test, whose rows are not here"
PUBLISHED = [published(FOREST, ITS_OWN, precision=0.97)]
METRICS = ("precision", "recall", "roc_auc", "average_precision")
MOST = 1_000_000  # sessions: a whole month holds nine million


def sessions(file: Path) -> "pd.DataFrame":
    """The published recipe: one row a session of the log, `bought` and `user` beside it; of a whole month MOST of them."""
    import duckdb

    with duckdb.connect() as connection:
        try:
            return connection.execute(
                """SELECT user_session AS session, any_value(user_id) AS user,
                count(*) AS total_interactions,
                count(*) FILTER (event_type = 'view') AS views,
                coalesce(count(*) FILTER (event_type = 'cart') / nullif(count(*) FILTER (event_type = 'view'), 0), 0)
                    AS view_to_cart_ratio,
                date_diff('second', min(moment), max(moment)) AS duration,
                avg(price) AS average_price,
                hour(min(moment)) AS hour,
                count(*) FILTER (event_type = 'purchase') > 0 AS bought
                FROM (SELECT *, strptime(replace(event_time, ' UTC', ''), '%Y-%m-%d %H:%M:%S') AS moment
                    FROM read_csv(?, types = {'event_time': 'VARCHAR'}) WHERE user_session IS NOT NULL)
                GROUP BY user_session ORDER BY md5(user_session), user_session LIMIT ?""",
                [str(file), MOST],
            ).df()
        except duckdb.Error as error:
            first = str(error).splitlines()[0]
            raise SourceError(f"{file.name} is not {WANTED.name} ({first}): {WANTED.where}") from error


class Split(NamedTuple):
    """Sessions that the forest learns from, and those that it is tested on."""

    train: "pd.DataFrame"
    test: "pd.DataFrame"


def published_split(found: "pd.DataFrame") -> Split:
    """A fifth of the sessions by chance, as many buyers in it as elsewhere."""
    from sklearn.model_selection import train_test_split

    train, test = train_test_split(found, test_size=0.2, random_state=SEED, stratify=found["bought"])
    return Split(train, test)


def published_scores(split: Split, columns: Sequence[str] = COLUMNS) -> NDArray[np.float64]:
    """The forest's scores of the test sessions."""
    from sklearn.ensemble import RandomForestClassifier

    forest = RandomForestClassifier(n_estimators=100, class_weight="balanced", random_state=SEED, n_jobs=-1)
    forest.fit(split.train[list(columns)], split.train["bought"])
    return np.asarray(forest.predict_proba(split.test[list(columns)])[:, 1], dtype=np.float64)


def refused(found: "pd.DataFrame", columns: Sequence[str] = COLUMNS) -> list[Finding]:
    """What the doctor says of the recipe's columns: the formulas that rebuild the label."""
    return rebuilt(Case.of({name: found[name].to_numpy() for name in columns}, found["bought"]))


def formula(found: "pd.DataFrame") -> NDArray[np.float64]:
    """The purchases of each session, rebuilt from the columns that were kept."""
    carts = np.round(found["view_to_cart_ratio"] * found["views"])
    return np.asarray(found["total_interactions"] - found["views"] - carts, dtype=np.float64)


def run(files: Sequence[Path], say: StepCallback) -> Reproduction:
    """The forest on finished sessions, the doctor's formula, and `willbuy train` on sessions that are open."""
    file = WANTED.only(files, "rees46")
    found = sessions(file)
    split = published_split(found)
    say("the published forest")
    scores = {FOREST: published_scores(split), FORMULA: np.clip(formula(split.test), 0, 1)}
    y, groups = split.test["bought"].astype(int), np.unique(split.test["user"], return_inverse=True)[1]
    both = side_by_side(y, scores, groups, dict.fromkeys(scores, 0.5))
    say("the doctor on the published columns")
    findings = refused(found)
    if not findings:
        raise SourceError(
            f"{file.name}: no formula rebuilds the purchases of its sessions, as it does in {WANTED.name}; {WANTED.where}"
        )
    say("ours, on sessions that are still open")
    result = train_on_log([file], "session", "rees46", say)
    rule = row(findings[0].proof["formula"] + " > 0", TEST, both.metrics[FORMULA], METRICS)
    return Reproduction(
        system="rees46",
        title="REES46: the sessions of a multi-category shop",
        source="the published project",
        method=str(__doc__).split("Published: ")[1].strip().replace("\n", " "),
        data=[Data(source=f"{file.name}, sessions", rows=len(found), positives=int(found["bought"].sum()))],
        published=PUBLISHED,
        reproduced=[row(FOREST, TEST, both.metrics[FOREST], METRICS)],
        rules=[rule, *_rules(result)],
        ours=_ours(result),
        wrong=[
            _rebuilt(findings[0]),
            _half_dropped(split),
            _few(both.metrics[FOREST]),
            _same_users(split),
        ],
        verdict=" ".join([result["verdict"]["headline"], *result["verdict"]["sentences"]]),
    )


def _ours(result: Result) -> list[Row]:
    rows = [row("willbuy", OPEN, result["test"], METRICS, result["model"])]
    if plain := result["rules"].get("logistic"):
        rows.append(row("willbuy’s plain logistic", OPEN, plain, METRICS))
    return rows


def _rules(result: Result) -> list[Row]:
    words = {
        "everyone": "everyone buys",
        "carted_in_session": "who put something into the cart in this session",
    }
    return [
        row(words[name], OPEN, result["rules"][name], METRICS) for name in words if name in result["rules"]
    ]


def _rebuilt(finding: Finding) -> Wrong:
    proof = finding.proof
    return Wrong(
        words=(
            f"The columns that were kept give the purchases back: {proof['formula']} is above 0 in {_which(proof)} the sessions that"
            f" bought, right in {proof['rows_right']:,} of {proof['rows']:,}. `willbuy doctor` stops before training on it."
        ),
        figures={"rows_right": proof["rows_right"], "rows": proof["rows"]},
    )


def _which(proof: Mapping[str, Any]) -> str:
    return "exactly" if proof["rows_right"] == proof["rows"] else "nearly all of"


def _half_dropped(split: Split) -> Wrong:
    """What is left once the doctor's ratio is dropped too: total minus views is carts and purchases."""
    from sklearn.metrics import roc_auc_score

    fewer = [name for name in COLUMNS if name != "view_to_cart_ratio"]
    auc = float(roc_auc_score(split.test["bought"], published_scores(split, fewer)))
    return Wrong(
        words=(
            f"Dropping the ratio as well does not help: without it the same forest still has a ROC-AUC of {figure(auc)}, since"
            " total_interactions - views is 0 for nearly all that did not buy. Totals of a finished session hold its end."
        ),
        figures={"roc_auc_without_the_ratio": auc},
    )


def _few(forest: Metrics) -> Wrong:
    cells = forest["confusion"]
    chosen = cells["true_positive"] + cells["false_positive"]
    bounds = forest["intervals"]["precision"]
    return Wrong(
        words=(
            f"A precision says nothing without its counts: here it is {cells['true_positive']:,} of {chosen:,}"
            f" ({interval(bounds)}), and {cells['false_negative']:,} of {forest['positives']:,} buyers are missed, though the"
            " formula misses none."
        ),
        figures={
            "true_positives": cells["true_positive"],
            "chosen": chosen,
            "missed": cells["false_negative"],
        },
    )


def _same_users(split: Split) -> Wrong:
    both = split.test["user"].isin(split.train["user"])
    return Wrong(
        words=(
            f"The split is by chance: {int(both.sum()):,} of the {len(both):,} test sessions ({percent(float(both.mean()))}) are of"
            " visitors who are in the training part too, and none lies in the future."
        ),
        figures={"sessions": float(both.sum()), "share": float(both.mean())},
    )
