"""The first steps of a table's training: its rows, and their split."""

import numpy as np

from willbuy.backtest import EMBARGO, TEST, TRAIN, FoldSplit
from willbuy.evaluation.best_column import best_column
from willbuy.evaluation.rules import EVERYONE, NO_ONE
from willbuy.evaluation.sealed import SealedTest, audit, audit_folds, seal_record
from willbuy.models.prepare import Preparation
from willbuy.pipeline.rows import Rows
from willbuy.pipeline.table import told
from willbuy.pipeline.table.alike import group_alike
from willbuy.pipeline.table.split import split_table
from willbuy.pipeline.table.training import TableTraining
from willbuy.tables import read_table

REJECTED = "rejected.csv"
"""In the folder of a run: the rows that were refused, with file, line, rule, column and value."""


def read_rows(run: TableTraining) -> None:
    """Read the table, and say which rows are one entity. Fills table, preparation, alike."""
    run.table = read_table(run.shop)
    if len(run.table.rejected):
        run.table.rejected.to_csv(run.folder / REJECTED, index=False)
    keys = run.shop.table
    run.preparation = Preparation(run.table.columns, keys.recipe, keys.scale)
    frame = run.table.frame
    names = [column.name for column in run.table.columns]
    if keys.id is None:
        run.alike = group_alike(frame, [*names, "label", *(["order"] if "order" in frame else [])])
        run.table.frame["entity"] = run.alike.entity
        if run.alike.words:
            run.say(run.alike.words)


def split_rows(run: TableTraining) -> None:
    """Train | test. Fills split, parts, train, test (sealed), rules."""
    names = tuple(column.name for column in run.table.columns)
    rows = Rows(run.table.frame, names)
    run.split = split_table(run.shop, run.table, rows)
    part = run.split.parts(rows.frame)
    by_fold = isinstance(run.split, FoldSplit)
    run.train = rows if by_fold else rows.take(part == TRAIN)
    test = rows if by_fold else rows.take(part == TEST)
    run.parts = {
        "rows": {"train": run.train.counts, "embargo": rows.take(part == EMBARGO).counts},
        "audit": audit_folds(rows.groups) if by_fold else audit(run.train.groups, test.groups),
    }
    run.test = SealedTest(test.frame, seal_record(run.folder))
    alone = best_column(
        {name: run.train.X[:, number] for number, name in enumerate(names)},
        [column.name for column in run.table.columns if column.role != "number"],
        run.train.y,
        run.train.groups,
        metric=run.shop.train.metric,
        seed=run.seed,
    )
    run.rules = (EVERYONE, NO_ONE, *([alone] if alone else []))
    run.periods = told.periods(run, np.asarray(part))
