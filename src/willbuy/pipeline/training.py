"""What the steps of one training share: the rows of a part, and the state that each step extends."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from willbuy.backtest import Split
from willbuy.evaluation.result import Result
from willbuy.evaluation.rules import Rule
from willbuy.evaluation.sealed import SealedTest
from willbuy.features.feature_set import FeatureSet
from willbuy.features.log import LogSummary
from willbuy.models.calibrators import Calibrator
from willbuy.models.candidates import Candidate
from willbuy.models.scorers import Scorer
from willbuy.models.threshold import Threshold
from willbuy.progress import StepCallback
from willbuy.shop import Shop
from willbuy.snapshots import Snapshots

if TYPE_CHECKING:
    import pandas as pd

    from willbuy.warehouse.duckdb import DuckDBWarehouse


@dataclass(frozen=True)
class Rows:
    """Rows of one part: the frame, and the columns of it that the model reads."""

    frame: "pd.DataFrame"
    names: tuple[str, ...]

    @property
    def X(self) -> NDArray[np.float64]:
        """Features (n, f), NaN for null."""
        return self.frame[list(self.names)].to_numpy(dtype=np.float64, na_value=np.nan)

    @property
    def y(self) -> NDArray[np.int8]:
        """Labels (n,), 0 or 1."""
        return self.frame["label"].to_numpy(dtype=np.int8)

    @property
    def groups(self) -> NDArray[np.int64]:
        """The entity of each row (n,)."""
        return self.frame["entity_key"].to_numpy(dtype=np.int64)


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
    tuned: dict[str, Candidate] = field(init=False)
    log_odds: dict[str, NDArray[np.float64]] = field(init=False)  # of the judged rows, out of fold
    judged: NDArray[np.bool_] = field(init=False)
    chosen: str = field(init=False)
    calibrator: Calibrator = field(init=False)
    threshold: Threshold = field(init=False)
    scorer: Scorer = field(init=False)
    result: Result = field(init=False)

    @property
    def task(self) -> str:
        """`session` or `horizon`."""
        return "session" if self.shop.target.within == "session" else "horizon"

    @property
    def seed(self) -> int:
        """The one seed of the run."""
        return self.shop.train.seed
