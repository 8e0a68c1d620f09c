"""The training of a table: ready-made rows, one a session or customer."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from willbuy.backtest import OrderSplit, Origin, origins_in_order
from willbuy.backtest.by_order import MANY
from willbuy.doctor.case import Case
from willbuy.doctor.diagnosis import Answered
from willbuy.doctor.of_table import case_of_table
from willbuy.evaluation.dropped import dropped
from willbuy.evaluation.result.metrics import Metrics
from willbuy.evaluation.result.model import FeatureResult
from willbuy.evaluation.result.rows import PeriodPoint, Task
from willbuy.evaluation.words import places_in_words
from willbuy.models.candidates import Candidate, for_table
from willbuy.models.prepare import Preparation
from willbuy.pipeline.learning import Learning
from willbuy.pipeline.rows import Rows
from willbuy.pipeline.table import told
from willbuy.pipeline.table.alike import Alike
from willbuy.pipeline.table.doctor import ask_table
from willbuy.pipeline.table.slices import slices_by
from willbuy.pipeline.training import Training
from willbuy.shop import TableShop
from willbuy.tables import TableRows

if TYPE_CHECKING:
    import pandas as pd


@dataclass
class TableTraining(Training):
    """A training on a table; its first steps stand in `steps.py` of this folder."""

    shop: TableShop
    table: TableRows = field(init=False)
    preparation: Preparation = field(init=False)
    alike: Alike | None = field(init=False, default=None)  # of a table without ids
    periods: list[PeriodPoint] = field(init=False, default_factory=list)  # where there is an order

    def case(self) -> Case:
        ids = self.shop.table.id is not None
        return case_of_table(self.train.frame, self.table.columns, self.table.order_names, ids=ids)

    def asked_apart(self) -> Iterator[Answered]:
        return ask_table(self)

    @property
    def drop_words(self) -> str:
        return '[table.columns.NAME] role = "ignore"'

    @property
    def shuffling_tells(self) -> bool:
        """In a table without order and with one row an entity, folds are a shuffled split already."""
        return self.split.kind == "time" or len(np.unique(self.train.groups)) < len(self.train.frame)

    @property
    def moment_words(self) -> str:
        """A table has no scoring moments: a capacity is for a file as long as the rows that a learning counted with."""
        return f"in a file of {round(self.learning.offered.population):,} rows"

    def learn_from(self, rows: Rows) -> Learning:
        return Learning(self.shop, rows, self.say, population=self.rows_a_file(rows), wrap=self.prepared)

    def prepared(self, candidate: Candidate) -> Candidate:
        """A candidate on raw columns: what is fitted between them and it is fitted with it."""
        return for_table(candidate, self.preparation)

    @staticmethod
    def rows_a_file(rows: Rows) -> float:
        """The rows of the newest place in the order, all rows where there is none or too many. No outcome is looked at."""
        if "order" not in rows.frame or rows.frame["order"].nunique() > MANY:
            return float(len(rows.frame))
        order = rows.frame["order"].to_numpy()
        return float((order == order.max()).sum())

    def describe_task(self) -> Task:
        return told.describe_task(self)

    def describe_features(self) -> list[FeatureResult]:
        return told.describe_features(self)

    def features_spec(self) -> Any:
        return []

    def own_result(self) -> dict[str, Any]:
        return told.own_result(self)

    def own_manifest(self) -> dict[str, Any]:
        return told.own_manifest(self)

    def beside_the_training(self, test: Metrics, inner: Metrics) -> list[str]:
        if not isinstance(self.split, OrderSplit):
            return []
        parts = self.split.describe()
        return [dropped(inner, test, places_in_words(parts["train"]), places_in_words(parts["test"]))]

    def notes(self) -> list[str]:
        return told.notes(self)

    def slices_by(self, test: Rows) -> Mapping[str, NDArray[np.str_]]:
        return slices_by(self, test)

    def origins(self, count: int) -> list[Origin]:
        if not isinstance(self.split, OrderSplit):
            return []
        return origins_in_order(self.split, self.train.frame["order"], count)

    def predictions(self, test: Rows) -> "pd.DataFrame":
        when = test.frame["order"].map(self.table.order_names) if "order" in test.frame else None
        return test.frame[["entity"]].assign(anchor=when)
