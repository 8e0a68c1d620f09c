"""The training of a log: a horizon or a session task over snapshots."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from willbuy.backtest import Origin, SessionSplit, TimeSplit, origins_in_time, rolling_sessions
from willbuy.doctor.case import Case
from willbuy.doctor.diagnosis import Answered
from willbuy.evaluation.result.model import FeatureResult
from willbuy.evaluation.result.rows import Task
from willbuy.evaluation.sealed import unseen
from willbuy.features.feature_set import FeatureSet
from willbuy.features.log import LogSummary
from willbuy.pipeline.learning import Learning
from willbuy.pipeline.log import told
from willbuy.pipeline.log.doctor import ask_log, case_of
from willbuy.pipeline.log.whole_fit import fit_whole, wants_whole_fit
from willbuy.pipeline.moment import rows_a_moment
from willbuy.pipeline.rows import Rows
from willbuy.pipeline.training import Training
from willbuy.shop import Shop
from willbuy.snapshots import Snapshots
from willbuy.snapshots.sample import Sample

if TYPE_CHECKING:
    import pandas as pd


@dataclass
class LogTraining(Training):
    """A training on an ingested log; its first steps stand in `steps.py` of this folder."""

    shop: Shop
    log: LogSummary = field(init=False)
    features: FeatureSet = field(init=False)
    snapshots: Snapshots = field(init=False)
    sample: Sample | None = field(init=False, default=None)
    whole: int | None = field(
        init=False, default=None
    )  # snapshots of the final fit, where they were not the sample
    bgnbd: dict[str, Any] | None = field(init=False, default=None)

    @property
    def task(self) -> str:
        """`session` or `horizon`."""
        return "session" if self.shop.target.within == "session" else "horizon"

    @property
    def moment_words(self) -> str:
        return "a day" if self.task == "session" else "at a scoring moment"

    def learn_from(self, rows: Rows) -> Learning:
        share = self.sample.share if self.sample else 1.0
        return Learning(self.shop, rows, self.say, population=rows_a_moment(rows) / share)

    def fit_chosen(self) -> None:
        if wants_whole_fit(self):
            fit_whole(self)
        else:
            super().fit_chosen()

    def describe_task(self) -> Task:
        return told.describe_task(self)

    def describe_features(self) -> list[FeatureResult]:
        return told.describe_features(self)

    def features_spec(self) -> Any:
        return self.features.to_spec()

    def case(self) -> Case:
        return case_of(self.train)

    def asked_apart(self) -> Iterator[Answered]:
        return ask_log(self)

    def own_result(self) -> dict[str, Any]:
        return {
            "ingest": told.ingest_counts(self),
            "anchors": told.timeline(self),
            "lag_seconds": self.log.lag.total_seconds(),
        }

    def own_manifest(self) -> dict[str, Any]:
        return told.own_manifest(self)

    def notes(self) -> list[str]:
        found = [told.describe_sample(self)] if self.sample else []
        if self.whole:
            found.append(
                f"The trees were grown on all {self.whole:,} snapshots of the training part, by the engine; settings, "
                "calibration and thresholds are the sample's."
            )
        if still := self.snapshots.open_sessions:
            found.append(f"{still} sessions were still open when the log ended; they are labelled as seen.")
        return found

    def slices_by(self, test: Rows) -> Mapping[str, NDArray[np.str_]]:
        """By what a reader asks for first: the event a visit was asked after; visitors known or new to the model."""
        by: dict[str, NDArray[np.str_]] = {}
        if "k" in test.frame:
            by["asked after event"] = after = test.frame["k"].to_numpy().astype(np.str_)
            so_far = f"count_{self.shop.target.kind}_session"
            if so_far in test.frame:  # a visit that bought already is another question
                none = test.frame[so_far].to_numpy() == 0
                by["asked after event, of visits that had not bought yet"] = np.where(
                    none, after, "bought before"
                )
        if self.split.kind == "time":
            new = unseen(self.train.groups, test.groups)
            by["visitors"] = np.where(new, "unseen in training", "the same visitors, later")
        return by

    def origins(self, count: int) -> list[Origin]:
        if isinstance(self.split, TimeSplit):
            return origins_in_time(self.split, self.train.frame, count)
        if isinstance(self.split, SessionSplit):
            return rolling_sessions(self.split, self.train.frame, count)
        return []

    def predictions(self, test: Rows) -> "pd.DataFrame":
        return test.frame[["entity", "anchor"]]
