"""What the doctor asks of a table's training alone: its form, its split, drift, how many buyers."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from willbuy.backtest import FoldSplit
from willbuy.doctor.case import Case
from willbuy.doctor.diagnosis import Answered, Asked, answer
from willbuy.doctor.drift import QUESTION as DRIFT
from willbuy.doctor.drift import drift, independent
from willbuy.doctor.enough import Supply, ask_enough
from willbuy.doctor.of_table import case_of_table, profile_of_table
from willbuy.doctor.schema_drift import QUESTION as SCHEMA
from willbuy.doctor.schema_drift import schema_drift
from willbuy.doctor.split_audit import Sides, ask_split_audit
from willbuy.runs import last_manifest

if TYPE_CHECKING:
    from willbuy.pipeline.table.training import TableTraining


def ask_table(run: "TableTraining") -> Iterator[Answered]:
    """Each question about the table of a training, its findings and its answer."""
    yield _schema(run)
    yield ask_split_audit(_sides(run))
    yield _drift(run)
    yield ask_enough(_supply(run))


def case_of_all(run: "TableTraining") -> Case:
    """All rows of the table, for the doctor alone."""
    ids = run.shop.table.id is not None
    return case_of_table(run.table.frame, run.table.columns, run.table.order_names, ids=ids)


def _schema(run: "TableTraining") -> Answered:
    then = last_manifest(run.shop.home).get("profile")
    if then is None or "hours" in then:
        return [], Asked("schema_drift", SCHEMA, "not asked: there is no earlier run of this table")
    found = schema_drift(then, profile_of_table(run.table.frame, run.table.columns, run.table.counts))
    return found, Asked("schema_drift", SCHEMA, f"{answer(found)} in {len(run.table.frame):,} rows")


def _sides(run: "TableTraining") -> Sides:
    """A table does not say when an outcome was known: only who stands on both sides, and how the rate moves."""
    frame, names = run.train.frame, run.table.order_names
    rates = None
    if "order" in frame:
        by_place = frame.groupby("order")["label"].agg(["size", "sum"])
        rates = {
            names.get(int(place), str(place)): (int(rows), int(buyers))
            for place, rows, buyers in by_place.itertuples()
        }
    shared = run.parts["audit"]["shared_share"]
    return Sides(shared=shared, by_entity=run.split.kind != "time", rates=rates)


def _drift(run: "TableTraining") -> Answered:
    if run.split.kind != "time":
        return [], Asked("drift", DRIFT, "not asked: the split is not in time")
    names = [name for name in run.train.names if name != run.shop.table.order]
    ahead = run.test.features(("entity", *names))
    found = drift(*(independent(frame, names, run.seed) for frame in (run.train.frame, ahead)))
    return found, Asked("drift", DRIFT, answer(found))


def _supply(run: "TableTraining") -> Supply:
    """The buyers that the test should hold, by the base rate of the training part."""
    folded = isinstance(run.split, FoldSplit)
    entities = run.train.frame["entity"] if folded else run.test.features(("entity",))["entity"]
    buyers = entities.nunique() * float(run.train.y.mean())
    return Supply(buyers, entities.nunique() - buyers)
