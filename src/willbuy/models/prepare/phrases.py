"""How the value of a raw column is said to people in a reason: `PageValues 12.3 (typical 0)`, `Month Nov`, `sign_in yes`."""

import math
from typing import Any

from willbuy.errors import printable
from willbuy.models.prepare.column import Column
from willbuy.models.reasons.written import figure

MOST = 40  # characters of a name or a value


def phrases_of(column: Column, typical: float = math.nan) -> dict[str, Any]:
    """Texts for a bundle's `phrases`. `typical` is what most rows hold; NaN: it is not said.

    >>> phrases_of(Column("PageValues", "number"), 0.0)["some"]
    'PageValues {value} (typical 0)'
    >>> phrases_of(Column("sign_in", "flag"))["one"], phrases_of(Column("Month", "category", ("Feb",)))["values"]
    ('sign_in yes', ['Feb'])
    """
    name = printable(column.name, MOST).replace("{value}", "{ value }")  # a name is no place for a value
    texts: dict[str, Any] = {"some": f"{name} {{value}}", "null": f"{name} missing", "form": "figure"}
    if column.role == "flag":
        return {**texts, "one": f"{name} yes", "none": f"{name} no"}
    if column.role == "category":
        values = [printable(value, MOST) for value in column.every_value]
        return {**texts, "form": "value", "values": values, "unseen": f"{name} a value never seen before"}
    if not math.isnan(typical):
        texts["some"] = f"{name} {{value}} (typical {figure(typical)})"
    return texts
