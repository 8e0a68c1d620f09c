"""What became of a table's rows: those refused, whether enough are left, and what has to be said."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from willbuy.errors import NotEnoughData, SourceError, listed, printable
from willbuy.shop import Table
from willbuy.tables.refused import Refused
from willbuy.tables.texts import Fault
from willbuy.tables.words import rows_that

if TYPE_CHECKING:
    import pandas as pd

LARGE_SHARE = 0.05
"""More refused rows than this are called many: what is left may be another population."""


def rejected_rows(
    paths: Sequence[Path],
    faults: Sequence[Fault],
    refused: Refused,
    file: NDArray[np.int64],
    line: NDArray[np.int64],
) -> "pd.DataFrame":
    """The refused rows, in the order of the files: `file`, `line`, `rule`, `column` and `value`."""
    import pandas as pd

    rows: list[tuple[int, int, str, str, str | None]]
    rows = [(fault.file, fault.line, fault.rule, "", fault.raw) for fault in faults]
    rows += [(int(file[row]), int(line[row]), *found) for row, found in refused.found.items()]
    rows.sort(key=lambda row: row[:2])
    named = [(str(paths[number]), *rest) for number, *rest in rows]
    return pd.DataFrame(named, columns=["file", "line", "rule", "column", "value"])


def check(path: Path, counts: Mapping[str, int], rejected: "pd.DataFrame") -> None:
    """Raise where nothing was read, or more than half of it was refused: then the file is not what is declared."""
    if not counts["read"]:
        raise NotEnoughData(f"{path} holds a header line and no rows.")
    if 2 * counts["rejected"] > counts["read"]:
        first = rejected.iloc[0]
        where = f"column '{printable(first.column)}'" if first.column else "the line itself"
        raise SourceError(
            f"{path}: {counts['rejected']:,} of {counts['read']:,} rows were refused, {_by_rule(rejected)}. The first is line "
            f"{first.line}, {where}: '{printable(str(first.value), 40)}'. Check the roles of the columns in [table.columns], "
            "and table.decimal, table.delimiter and table.buys."
        )


def say(
    table: Table,
    counts: Mapping[str, int],
    rejected: "pd.DataFrame",
    frame: "pd.DataFrame",
    unused: Sequence[str],
    unseen: Mapping[str, int],
) -> list[str]:
    """What has to be said of the rows, a sentence each. Raises NotEnoughData where all are of one class."""
    _both_classes(table, frame)
    notes = []
    if counts["rejected"]:
        share = counts["rejected"] / counts["read"]
        many = " That is a large share: what is left may not be like the whole." * (share > LARGE_SHARE)
        notes.append(
            f"{counts['rejected']:,} of {counts['read']:,} rows were refused, {_by_rule(rejected)}.{many}"
        )
    if unused:
        notes.append(f"Columns of the file that are not declared and not used: {listed(unused)}.")
    for name, rows in unseen.items():
        said = f"a value of {printable(name)} that the column does not have."
        notes.append(rows_that(rows, f"holds {said}", f"hold {said}"))
    entities = frame["entity"].nunique()
    if table.id is not None and entities < len(frame):
        notes.append(
            f"{printable(table.id)} stands in more than one row: {entities:,} entities have {len(frame):,} rows, and the rows "
            "of one are never parted by chance."
        )
    return notes


def _both_classes(table: Table, frame: "pd.DataFrame") -> None:
    if "label" in frame and frame["label"].nunique() < 2:
        bought = bool(frame["label"].iloc[0])
        raise NotEnoughData(
            f"all {len(frame):,} rows have a {printable(table.target)} that means {'a buyer' if bought else 'no buyer'}: there "
            "is nothing to tell apart. Check table.target and table.buys, or bring rows of both."
        )


def _by_rule(rejected: "pd.DataFrame") -> str:
    found = rejected["rule"].value_counts()
    return ", ".join(f"{count:,} by the rule {rule}" for rule, count in found.items())
