"""What the steps of one training share, and what each kind of task says for itself."""

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from willbuy.backtest import Origin, Split
from willbuy.doctor.case import Case
from willbuy.doctor.diagnosis import DROP, Answered, Diagnosis
from willbuy.evaluation.result.metrics import Metrics
from willbuy.evaluation.result.model import FeatureResult
from willbuy.evaluation.result.rows import Task
from willbuy.evaluation.result.run import Result
from willbuy.evaluation.rules import Rule
from willbuy.evaluation.sealed import SealedTest
from willbuy.pipeline.learning import Learning, fit
from willbuy.pipeline.rows import Rows
from willbuy.progress import StepCallback
from willbuy.shop import Shop, TableShop

if TYPE_CHECKING:
    import pandas as pd

    from willbuy.warehouse.engine import Warehouse


@dataclass
class Training(ABC):
    """What the steps of every training share; each step says which fields it fills.

    A subclass is a kind of task: its own first steps fill `rules`, `split`, `parts`, `train` and `test`, and the methods
    say of its run what only it knows.
    """

    shop: Shop | TableShop
    warehouse: "Warehouse"
    folder: Path
    say: StepCallback
    rules: tuple[Rule, ...] = field(init=False)
    split: Split = field(init=False)
    parts: dict[str, Any] = field(init=False)  # rows: counts by part; audit: who stands on both sides
    train: Rows = field(init=False)
    test: SealedTest = field(init=False)
    diagnosis: Diagnosis = field(init=False)
    learning: Learning = field(init=False)
    plain: Learning | None = field(init=False)  # the logistic, beside another model
    result: Result = field(init=False)

    @property
    def seed(self) -> int:
        """The one seed of the run."""
        return self.shop.train.seed

    @property
    def drop_words(self) -> str:
        """How a column called NAME is left out of such a shop."""
        return DROP

    @property
    def shuffling_tells(self) -> bool:
        """Whether a shuffled split would give other figures: it parts rows that the split of the run keeps together."""
        return True

    @property
    @abstractmethod
    def moment_words(self) -> str:
        """What a capacity is for."""

    @abstractmethod
    def learn_from(self, rows: Rows) -> Learning:
        """What is to be learnt of the training rows, nothing filled yet."""

    def fit_chosen(self) -> None:
        """Fit the chosen candidate on the whole training part. Fills learning.scorer."""
        fit(self.learning)

    @abstractmethod
    def describe_task(self) -> Task:
        """The question in words."""

    @abstractmethod
    def describe_features(self) -> list[FeatureResult]:
        """Name, meaning, window and unit of every column that the model reads."""

    @abstractmethod
    def features_spec(self) -> Any:
        """How the columns are declared, for whoever computes them from a bundle."""

    @abstractmethod
    def case(self) -> Case:
        """The training part as the doctor sees it."""

    def asked_apart(self) -> Iterator[Answered]:
        """What the doctor asks of this kind of task alone: findings and the answer, question by question."""
        return iter(())

    @abstractmethod
    def own_result(self) -> dict[str, Any]:
        """Further keys of the result: how the rows came to be."""

    @abstractmethod
    def own_manifest(self) -> dict[str, Any]:
        """Further keys of the bundle's manifest: what its rows are, how they are read and said."""

    def beside_the_training(self, test: Metrics, inner: Metrics) -> list[str]:
        """What the verdict adds about the test beside the out-of-fold figures of the training part."""
        return []

    @abstractmethod
    def notes(self) -> list[str]:
        """Sentences that the report prints with its claims."""

    @abstractmethod
    def slices_by(self, test: Rows) -> Mapping[str, NDArray[np.str_]]:
        """What the test rows are told apart by: title -> value of each row (n,)."""

    @abstractmethod
    def origins(self, count: int) -> list[Origin]:
        """The latest `count` moments before the test that could have been one, newest first, masks over `train`."""

    @abstractmethod
    def predictions(self, test: Rows) -> "pd.DataFrame":
        """The columns that name a test row in `predictions.parquet`: `entity`, and when."""
