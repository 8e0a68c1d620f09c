"""The columns of BG/NBD: what batch computes of many rows at once against what a service computes of one."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import numpy as np

from willbuy.fitted import COLUMNS, INPUTS
from willbuy.fitted_live import fitted_values
from willbuy.models.bgnbd import BGNBD
from willbuy.snapshots.tally import Tally


class FittedRows:
    """Rows whose fitted columns are compared once all are there: to 1e-9, as a model's last bits are its libraries'."""

    def __init__(self, fit: Mapping[str, float], names: Sequence[str], horizon_days: float) -> None:
        self._fit, self._horizon = fit, horizon_days
        self._places = [names.index(name) for name in INPUTS]
        self._who: list[tuple[str, datetime]] = []
        self._batch: list[list[Any]] = []
        self._live: list[list[Any]] = []

    def add(self, entity: str, moment: datetime, batch: Sequence[Any], live: Sequence[Any]) -> None:
        """Remember a row of features, as batch and as live has it."""
        self._who.append((entity, moment))
        self._batch.append([batch[place] for place in self._places])
        self._live.append([live[place] for place in self._places])

    def compare(self, tally: Tally) -> None:
        """Compare what was added."""
        inputs = np.array(self._batch, dtype=np.float64).reshape(-1, len(INPUTS)).T
        days, first, last = inputs
        expected = BGNBD.from_dict(self._fit).columns(days, first, last, self._horizon)
        for number, (entity, moment) in enumerate(self._who):
            found = fitted_values(
                self._fit, dict(zip(INPUTS, self._live[number], strict=True)), self._horizon
            )
            for name in COLUMNS:
                tally.compare(entity, moment, name, float(expected[name][number]), found[name], close=True)
