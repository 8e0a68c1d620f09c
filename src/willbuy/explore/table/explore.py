"""All numbers of a table's page, in the order in which it shows them."""

from typing import TYPE_CHECKING, Any

import numpy as np

from willbuy.evaluation.words import percent
from willbuy.explore.correlation import LABEL, correlations
from willbuy.explore.rate import rate
from willbuy.explore.table.columns import ColumnFound, column
from willbuy.explore.words import number_of
from willbuy.shop import TableShop
from willbuy.tables import TableRows, read_table

if TYPE_CHECKING:
    import pandas as pd

ROWS = 20_000
"""Rows whose columns are compared with each other at most, drawn at random."""

COLUMNS = 60
"""Columns that are compared with each other at most: those that tell most about the outcome."""


def explore_table(shop: TableShop) -> dict[str, Any]:
    """Every number of a table's page, with the sentences that they say; all of it is JSON. Raises as `read_table`."""
    rows = read_table(shop)
    label = rows.frame[LABEL].to_numpy(dtype=np.int8)
    columns = [column(one, rows.frame[one.name].to_numpy(), label) for one in rows.columns]
    columns.sort(key=lambda one: -(one["explained"] or 0.0))
    return {
        "of": "table",
        "shop": shop.shop.name,
        "table": {
            "rows": len(rows.frame),
            "entities": int(rows.frame["entity"].nunique()),
            "columns": len(columns),
            "target": shop.table.target,
            "id": shop.table.id,
            "order": shop.table.order,
            "unused": list(rows.unused),
        },
        "balance": _balance(rows, label),
        "order": _order(rows, label, shop.table.order),
        "columns": columns,
        "says_columns": _says_columns(columns),
        "missing": _missing(columns, len(rows.frame)),
        "correlations": _correlations(rows, columns, shop.train.seed),
        "rows": _rows(rows, shop.table.id is not None),
        "notes": list(rows.notes),
    }


def _balance(rows: TableRows, label: "np.typing.NDArray[np.int8]") -> dict[str, Any]:
    found = rate(int(label.sum()), len(label))
    entities = int(rows.frame["entity"].nunique())
    several = f" of {number_of(entities, 'entity', 'entities')}" if entities < len(label) else ""
    says = (
        f"{percent(found['rate'])} of {number_of(len(label), 'row')}{several} buy (95 % interval "
        f"{percent(found['low'])} to {percent(found['high'])})."
    )
    return {"says": says, "buyers": found}


def _order(rows: TableRows, label: "np.typing.NDArray[np.int8]", name: str | None) -> dict[str, Any] | None:
    """The rate of buyers at each value of the order that occurs; None where none is declared."""
    if name is None:
        return None
    places = rows.frame["order"].to_numpy()
    found: list[dict[str, Any]] = [
        {
            "value": rows.order_names[int(place)],
            "buyers": rate(int(label[places == place].sum()), int((places == place).sum())),
        }
        for place in np.unique(places)
    ]
    if len(found) == 1:
        says = f"All rows are of one value of {name}, {found[0]['value']}."
    else:
        ranked = sorted(found, key=lambda one: one["buyers"]["rate"])
        (least, most), (first, last) = (ranked[0], ranked[-1]), (found[0], found[-1])
        says = (
            f"By {name} between {percent(least['buyers']['rate'])} ({least['value']}) and {percent(most['buyers']['rate'])} "
            f"({most['value']}) buy; at the first value, {first['value']}, {percent(first['buyers']['rate'])}, at the last, "
            f"{last['value']}, {percent(last['buyers']['rate'])}."
        )
    return {"says": says, "name": name, "values": found}


def _says_columns(columns: list[ColumnFound]) -> str:
    telling = [one for one in columns if one["explained"]]
    if not telling:
        return "No column tells anything about the outcome by itself."
    best = telling[0]
    return (
        f"By itself {best['name']} tells most about the outcome: its values account for {percent(best['explained'])} of how much the "
        "outcome varies. A column that tells very much may have been written after it."
    )


def _missing(columns: list[ColumnFound], rows: int) -> dict[str, Any]:
    lacking = sorted((one for one in columns if one["missing"]), key=lambda one: -one["missing"])
    says = f"No value is missing in {number_of(len(columns), 'column')}."
    if lacking:
        worst = lacking[0]
        says = (
            f"{number_of(len(lacking), 'of', 'of')} {number_of(len(columns), 'column')} lack values; {worst['name']} most, in "
            f"{percent(worst['missing_share'])} of the rows."
        )
    return {
        "says": says,
        "columns": [
            {
                "name": one["name"],
                "missing": one["missing"],
                "share": one["missing"] / rows,
                "buyers": one["missing_buyers"],
            }
            for one in lacking
        ],
    }


def _correlations(rows: TableRows, columns: list[ColumnFound], seed: int) -> dict[str, Any]:
    """Of numbers and flags: a category has no order."""
    telling = [one["name"] for one in columns if one["role"] != "category"][:COLUMNS]
    names = [one.name for one in rows.columns if one.name in set(telling)]
    frame: pd.DataFrame = rows.frame[[LABEL, *names]]
    if len(frame) > ROWS:
        frame = frame.sample(ROWS, random_state=seed)
    sample = f"{len(frame):,} rows" + (" drawn at random" if len(frame) < len(rows.frame) else "")
    left = sum(one["role"] == "category" for one in columns)
    without = (
        f"; {number_of(left, 'category has', 'categories have')} no order and {'is' if left == 1 else 'are'} not here"
        if left
        else ""
    )
    return {"sample": f"{sample}{without}.", **correlations(frame)}


def _rows(rows: TableRows, with_id: bool) -> dict[str, Any]:
    """What became of the rows. Rows of two entities are no repetition, where the table tells entities apart."""
    own = [name for name, there in (("entity", with_id), ("order", "order" in rows.frame)) if there]
    compared = [*(one.name for one in rows.columns), *own, LABEL]
    twice = rows.frame.duplicated(subset=compared)
    unlike = int(rows.frame.duplicated(subset=[name for name in compared if name != LABEL]).sum()) - int(
        twice.sum()
    )
    by_rule = {str(rule): int(n) for rule, n in rows.rejected["rule"].value_counts().items()}
    read = rows.counts["read"]
    repeated = int(twice.sum())
    says = (
        f"Of {number_of(read, 'row')} read, {number_of(rows.counts['rejected'], 'was', 'were')} rejected; "
        f"{number_of(repeated, 'row equals', 'rows equal')} an earlier one in every column ({percent(repeated / len(rows.frame))})"
        + (f", and {number_of(unlike, 'more does', 'more do')} in all but the outcome." if unlike else ".")
    )
    return {
        "says": says,
        **rows.counts,
        "repeated": repeated,
        "repeated_but_outcome": unlike,
        "by_rule": by_rule,
    }
