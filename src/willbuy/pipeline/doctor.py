"""The doctor in a training, and alone: the training part is examined before anything is tuned on it."""

import tempfile
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from willbuy.doctor.case import Case
from willbuy.doctor.diagnosis import Asked, Diagnosis, answer
from willbuy.doctor.examine import examine
from willbuy.doctor.too_true import QUESTION, too_true
from willbuy.progress import StepCallback
from willbuy.shop import Shop

if TYPE_CHECKING:
    from willbuy.pipeline.rows import Rows
    from willbuy.pipeline.training import Training


def ask_doctor(run: "Training") -> None:
    """Examine the training part. Fills diagnosis. Raises LeakFound on a leak that the shop file does not accept."""
    run.diagnosis = diagnose_training(run)
    run.diagnosis.refuse()
    for finding in run.diagnosis.findings:
        run.say(f"{finding.grade} {finding.name}: {finding.words}")


def ask_doctor_again(run: "Training") -> None:
    """Ask what only the trained model can tell. Fills the result's `doctor`; what is found stands as a doubt."""
    found = too_true(run.result)
    run.diagnosis = run.diagnosis.plus(found, [Asked("too_true", QUESTION, answer(found))])
    run.result["doctor"] = run.diagnosis.to_result()


def diagnose(shop: Shop, say: StepCallback) -> Diagnosis:
    """What the doctor says of a shop's log, without training: snapshots and split as for training, then every suspicion.

    No run is left behind, and no file.
    """
    from willbuy.pipeline.log.steps import split_rows, take_snapshots
    from willbuy.pipeline.log.training import LogTraining
    from willbuy.warehouse import open_warehouse

    with open_warehouse(shop) as warehouse, tempfile.TemporaryDirectory(dir=shop.home) as folder:
        run = LogTraining(shop, warehouse, Path(folder), say)
        for title, step in (("snapshots", take_snapshots), ("split", split_rows)):
            say(title)
            step(run)
        say("the doctor")
        return diagnose_training(run)


def diagnose_training(run: "Training") -> Diagnosis:
    """Every suspicion, asked of the training part."""
    case = case_of(run.train)
    if run.period_names:
        case = replace(case, period_names=run.period_names)
    found = examine(case, accept=run.shop.doctor.accept, drop=run.drop_words, seed=run.seed)
    for findings, asked in run.asked_apart():
        found = found.plus(findings, [asked])
    return found


def case_of(rows: "Rows") -> Case:
    """The rows as the doctor sees them; the days of their anchors, or their table's order, are the periods."""
    columns = {name: rows.X[:, number] for number, name in enumerate(rows.names)}
    case = Case(columns, rows.y != 0, entities=rows.groups)
    if "anchor" in rows.frame:
        days = rows.frame["anchor"].to_numpy(dtype="datetime64[D]")
        names = {int(day.astype(np.int64)): str(day) for day in np.unique(days)}
        return replace(case, periods=days.astype(np.int64), period_names=names, dated=True)
    if "order" in rows.frame:
        return replace(case, periods=rows.frame["order"].to_numpy(dtype=np.int64))
    return case
