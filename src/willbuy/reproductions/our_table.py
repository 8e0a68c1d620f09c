"""Ours on a table of a known kind: its preset's columns, read with every row accounted for, prepared inside each fold."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from willbuy.errors import SourceError
from willbuy.models.candidates import Candidate, for_table
from willbuy.models.prepare import Preparation
from willbuy.pipeline.rows import Rows
from willbuy.shop import TableShop
from willbuy.shop.load import make_table
from willbuy.tables import TableRows, read_table


@dataclass(frozen=True)
class OurTable:
    """A file as its preset reads it, and how its columns are prepared."""

    shop: TableShop  # what candidates, metric, folds and thresholds are taken from
    found: TableRows
    preparation: Preparation

    @classmethod
    def read(cls, file: Path, preset: str, **table: Any) -> "OurTable":
        """Read a file by a preset; `table` are more keys of `[table]`. Raises as `read_table`."""
        shop = TableShop(table=make_table({"files": [str(file.resolve())], "preset": preset, **table}))
        found = read_table(shop)
        keys = shop.table
        return cls(shop, found, Preparation(found.columns, recipe=keys.recipe, scale=keys.scale))

    def wrap(self, candidate: Candidate) -> Candidate:
        """The candidate behind the table's preparation."""
        return for_table(candidate, self.preparation)

    def rows(self, numbers: NDArray[np.int64]) -> Rows:
        """Rows of the file by their numbers, 0 for the first, in the order asked for. A row is its own entity without an id.

        Raises SourceError where one of them was refused.
        """
        lines = self.found.frame["row"].to_numpy()
        at = np.searchsorted(lines, numbers + 2).clip(max=len(lines) - 1)  # line 1 is the header
        if (lost := lines[at] != numbers + 2).any():
            raise SourceError(
                f"{int(lost.sum())} rows that the published method takes are refused by willbuy:"
                f" {' '.join(self.found.notes) or 'see the account of the file'}"
            )
        return Rows(self.found.frame.iloc[at], tuple(column.name for column in self.found.columns))
