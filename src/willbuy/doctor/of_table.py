"""A table as the doctor sees it: its case, and its profile, which a later one is held against."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from willbuy.doctor.alone import Floats
from willbuy.doctor.case import Case
from willbuy.doctor.schema_drift import KEPT
from willbuy.models.prepare.column import Column

if TYPE_CHECKING:
    import pandas as pd


def case_of_table(
    frame: "pd.DataFrame",
    columns: Sequence[Column],
    order_names: Mapping[int, str] | None = None,
    *,
    ids: bool = False,
) -> Case:
    """The case of rows that `willbuy.tables.read_table` read: raw columns, when they are known, their order as periods.

    Without `ids` rows are entities of their own, and stand without any, unless reading has put equal ones together.
    """
    import pandas as pd

    values = {column.name: _values(frame, column) for column in columns}
    own = not ids and not frame["entity"].duplicated().any()
    return Case(
        values,
        frame["label"].to_numpy() != 0,
        entities=None if own else pd.factorize(frame["entity"])[0].astype(np.int64),
        periods=frame["order"].to_numpy(dtype=np.int64) if "order" in frame else None,
        period_names=dict(order_names or {}),
        known={column.name: column.known for column in columns},
        categories=frozenset(column.name for column in columns if column.role == "category"),
        ids=ids,
    )


def profile_of_table(
    frame: "pd.DataFrame", columns: Sequence[Column], counts: Mapping[str, int]
) -> dict[str, Any]:
    """The profile of a table: of each column the share of nulls, how many values, the median, the role.

    `counts` are those of the reading: read, accepted, rejected.
    """
    fields = {column.name: _field(_values(frame, column), column) for column in columns}
    return {"rows": len(frame), "fields": fields, "account": {**counts, "duplicates": 0}}


def _values(frame: "pd.DataFrame", column: Column) -> Floats:
    found: Floats = frame[column.name].to_numpy(dtype=np.float64, na_value=np.nan)
    return found


def _field(values: Floats, column: Column) -> dict[str, Any]:
    known = values[~np.isnan(values)]
    distinct, count = np.unique(known, return_counts=True)
    field: dict[str, Any] = {
        "n": len(values),
        "role": column.role,
        "null_share": round(1 - len(known) / len(values), 6) if len(values) else None,
        "distinct": len(distinct),
        "top_share": round(float(count.max() / len(known)), 6) if len(known) else None,
    }
    if column.role == "category":
        names = dict(enumerate(column.every_value))
        shown = sorted(zip(count.tolist(), distinct.tolist(), strict=True), reverse=True)[:KEPT]
        field["values"] = {names.get(int(code), ""): number for number, code in shown}
    elif column.role == "number" and (known > 0).any():
        field["median"] = float(np.quantile(known[known > 0], 0.5, method="inverted_cdf"))
    return field
