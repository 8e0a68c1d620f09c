"""What every split knows: the part of each row, how it is described, and the sentence that must stand beside it."""

from abc import ABC, abstractmethod
from dataclasses import dataclass, field
from typing import Any, ClassVar, Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

Kind = Literal["time", "not_future"]
Parts = npt.NDArray[np.int8]
TRAIN, EMBARGO, TEST = 0, 1, 2
PART_NAMES = ("train", "embargo", "test")
NOT_FUTURE = "These figures are about other visitors of the same days, not about the future."
OTHER_ROWS = "These figures are about other rows of the same table, not about the future."


@dataclass(frozen=True)
class Split(ABC):
    """What every split knows. `reason` says why a split is not in time, and is empty for one that is.

    `about` says what the figures of a split that is not in time are about.
    """

    kind: ClassVar[Kind]
    reason: str = field(default="", kw_only=True)
    about: str = field(default=NOT_FUTURE, kw_only=True)

    @abstractmethod
    def parts(self, rows: pd.DataFrame) -> Parts:
        """The part of each row: TRAIN, EMBARGO or TEST.

        `rows` has the columns `anchor` (naive UTC) and `entity_key`; session tasks also `session` and `closes`.
        Raises SplitError when a row belongs to none, or when a guarantee of the split does not hold.
        """

    @abstractmethod
    def describe(self) -> dict[str, Any]:
        """The split for the report and for JSON: kind, reason, the anchors of each part, the embargo."""

    @property
    def note(self) -> str:
        """The sentence that must stand beside the figures of a split that is not in time; "" for one that is."""
        if self.kind == "time":
            return ""
        reason = self.reason.rstrip(". ")
        return f"{self.about} {reason[:1].upper()}{reason[1:]}." if reason else self.about
