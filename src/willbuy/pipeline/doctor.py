"""The doctor in a training, and alone: the training part is examined before anything is tuned on it."""

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from willbuy.doctor.case import Case
from willbuy.doctor.diagnosis import Asked, Diagnosis, answer
from willbuy.doctor.examine import examine
from willbuy.doctor.too_true import QUESTION, too_true
from willbuy.progress import StepCallback
from willbuy.shop import Shop, TableShop

if TYPE_CHECKING:
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


def diagnose(shop: Shop | TableShop, say: StepCallback) -> Diagnosis:
    """What the doctor says of a shop's log or table, without training: rows and split as for training, then every suspicion.

    Of a table all rows are examined, of a log the training part: here nothing is chosen by what is found. No run is left
    behind, and no file.
    """
    if isinstance(shop, TableShop):
        return _diagnose_table(shop, say)
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


def _diagnose_table(shop: TableShop, say: StepCallback) -> Diagnosis:
    from willbuy.pipeline.table.doctor import case_of_all
    from willbuy.pipeline.table.steps import read_rows, split_rows
    from willbuy.pipeline.table.training import TableTraining
    from willbuy.warehouse.duckdb import DuckDBWarehouse

    with DuckDBWarehouse(None) as warehouse, tempfile.TemporaryDirectory() as folder:
        run = TableTraining(shop, warehouse, Path(folder), say)
        for title, step in (("rows", read_rows), ("split", split_rows)):
            say(title)
            step(run)
        say("the doctor")
        return diagnose_training(run, case_of_all(run))


def diagnose_training(run: "Training", case: Case | None = None) -> Diagnosis:
    """Every suspicion, asked of the training part, or of another case, and of the training itself."""
    found = examine(case or run.case(), accept=run.shop.doctor.accept, drop=run.drop_words, seed=run.seed)
    for findings, asked in run.asked_apart():
        found = found.plus(findings, [asked])
    return found
