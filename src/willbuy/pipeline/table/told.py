"""How a table's run is told: the question in words, its columns, its periods, and what came in."""

import hashlib
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from willbuy.backtest import PART_NAMES, OrderSplit
from willbuy.doctor.of_table import profile_of_table
from willbuy.errors import listed
from willbuy.evaluation.result.model import FeatureResult
from willbuy.evaluation.result.rows import IngestCounts, PeriodPoint, Task
from willbuy.models.prepare import Column, recipe_of

if TYPE_CHECKING:
    from willbuy.models.prepare import Prepared
    from willbuy.pipeline.table.training import TableTraining

READING = ("target", "id", "format", "encoding", "delimiter", "decimal")
"""The keys of `[table]` by which a bundle without its shop file reads rows."""

KNOWN = {
    "before": "known before the score",
    "after": "known only after the score",
    "unknown": "nobody says when it is known",
}


def describe_task(run: "TableTraining") -> Task:
    """The question in words."""
    keys = run.shop.table
    who = f"each {keys.id} of the table" if keys.id else "each row of the table"
    return Task(
        kind="table",
        target=keys.target,
        within="row",
        population=who,
        words=f"Who buys, by the column {keys.target}?",
    )


def describe_features(run: "TableTraining") -> list[FeatureResult]:
    """What every raw column is, and when its value is known."""
    return [
        FeatureResult(name=column.name, meaning=meaning(column), window=None, unit=None)
        for column in run.table.columns
    ]


def meaning(column: Column) -> str:
    """What a column is, in words.

    >>> meaning(Column("Month", "category", ("Feb", "Mar"), known="before"))
    'one of 2 values; known before the score'
    """
    what = {"number": "a number", "flag": "true or false", "category": f"one of {len(column.values)} values"}
    return f"{what[column.role]}; {KNOWN[column.known]}"


def periods(run: "TableTraining", part: NDArray[np.int8]) -> list[PeriodPoint]:
    """Rows, buyers and part of each place in the order, oldest first; nothing where there is no order."""
    frame = run.table.frame
    if "order" not in frame:
        return []
    by_fold = not isinstance(run.split, OrderSplit)
    found = frame.assign(part=part).groupby("order")["label"].agg(["size", "sum"])
    of_part = dict(zip(frame["order"], part, strict=True))
    return [
        PeriodPoint(
            name=run.table.order_names.get(int(place), str(place)),
            part="train and test" if by_fold else PART_NAMES[of_part[place]],
            n=int(size),
            positives=int(bought),
            base_rate=round(float(bought / size), 10),
        )
        for place, size, bought in found.itertuples()
    ]


def own_result(run: "TableTraining") -> dict[str, Any]:
    """Further keys of a table's result."""
    found: dict[str, Any] = {
        "ingest": ingest_counts(run),
        "rule_words": {rule.name: rule.words for rule in run.rules},
    }
    return found | ({"periods": run.periods} if run.periods else {})


def ingest_counts(run: "TableTraining") -> IngestCounts:
    """What reading made of the rows of the files."""
    counts = run.table.counts
    return IngestCounts(
        read=counts["read"],
        accepted=counts["accepted"],
        rejected=counts["rejected"],
        duplicates=0,
        entities=len(np.unique(run.table.frame["entity"])),
        first=None,
        last=None,
        rejected_by_rule={str(rule): int(n) for rule, n in run.table.rejected["rule"].value_counts().items()},
    )


def own_manifest(run: "TableTraining") -> dict[str, Any]:
    """What a table's bundle says beside what every bundle does: how raw records are read, and how values are said."""
    keys = run.shop.table
    prepared: Prepared = run.learning.scorer.prepared  # type: ignore[attr-defined]
    return {
        "target": {"column": keys.target, "buys": list(keys.buys), "order": keys.order},
        "table": {name: getattr(keys, name) for name in READING if getattr(keys, name)},
        "output": list(keys.output.items()),  # pairs: a manifest sorts its keys, and columns have an order
        "recipe": keys.recipe,
        "phrases": prepared.phrases(),
        "shares": shares(run),
        "data": fingerprint(run),
        "profile": profile_of_table(run.table.frame, run.table.columns, run.table.counts),
    }


def shares(run: "TableTraining") -> dict[str, dict[str, float]]:
    """By category, the share of each of its values among the training rows: the reference that drift is seen against."""
    found = {}
    for number, column in enumerate(run.table.columns):
        if column.role == "category":
            codes = run.train.X[:, number]
            found[column.name] = {
                value: round(float((codes == place).mean()), 10)
                for place, value in enumerate(column.every_value)
            }
    return found


def fingerprint(run: "TableTraining") -> dict[str, Any]:
    """The rows that were trained on and tested, as one hash: the same rows in the same order give the same."""
    import pandas as pd

    frame = run.table.frame
    columns = [column.name for column in run.table.columns]
    columns += [name for name in ("label", "entity", "order") if name in frame]
    digest = hashlib.sha256(repr(columns).encode())
    digest.update(pd.util.hash_pandas_object(frame[columns], index=False).to_numpy().tobytes())
    return {"rows": len(frame), "sha256": digest.hexdigest()}


def notes(run: "TableTraining") -> list[str]:
    """Sentences that the report prints with its claims."""
    found = [*run.table.notes, *([run.alike.words] if run.alike and run.alike.words else [])]
    if isinstance(run.split, OrderSplit):
        found.append(str(run.split.describe()["remark"]))
        if any(column.name == run.split.column for column in run.table.columns):
            found.append(
                f"{run.split.column} orders the rows and is an input as well: of the test's own values of it the model has"
                " seen none."
            )
    if left := recipe_of(run.shop.table.recipe).left_out(run.table.columns):
        found.append(
            f"The recipe {run.shop.table.recipe} makes no {listed(left)}: columns that it needs are not among those used."
        )
    unsaid = [column.name for column in run.table.columns if column.known == "unknown"]
    if unsaid:
        shown = ", ".join(unsaid[:8]) + (f" and {len(unsaid) - 8} more" if len(unsaid) > 8 else "")
        found.append(
            f"Of {len(unsaid)} columns nobody says when their value is known ({shown}). One that is known only after the outcome"
            " would make every figure of this page worthless: [table.columns] known."
        )
    return found
