"""What the steps of one training share: the state that each of them extends."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from willbuy.backtest import Split
from willbuy.doctor.diagnosis import Diagnosis
from willbuy.evaluation.result import Result
from willbuy.evaluation.rules import Rule
from willbuy.evaluation.sealed import SealedTest
from willbuy.features.feature_set import FeatureSet
from willbuy.features.log import LogSummary
from willbuy.pipeline.learning import Learning
from willbuy.pipeline.rows import Rows
from willbuy.progress import StepCallback
from willbuy.shop import Shop
from willbuy.snapshots import Snapshots

if TYPE_CHECKING:
    from willbuy.warehouse.duckdb import DuckDBWarehouse


@dataclass
class Training:
    """What the steps of one training share; each step says which fields it fills."""

    shop: Shop
    warehouse: "DuckDBWarehouse"
    folder: Path
    say: StepCallback
    log: LogSummary = field(init=False)
    features: FeatureSet = field(init=False)
    rules: tuple[Rule, ...] = field(init=False)
    snapshots: Snapshots = field(init=False)
    bgnbd: dict[str, Any] | None = field(init=False, default=None)
    split: Split = field(init=False)
    parts: dict[str, Any] = field(init=False)
    train: Rows = field(init=False)
    test: SealedTest = field(init=False)
    diagnosis: Diagnosis = field(init=False)
    learning: Learning = field(init=False)
    plain: Learning | None = field(init=False)  # the logistic, beside another model
    result: Result = field(init=False)

    @property
    def task(self) -> str:
        """`session` or `horizon`."""
        return "session" if self.shop.target.within == "session" else "horizon"

    @property
    def seed(self) -> int:
        """The one seed of the run."""
        return self.shop.train.seed
