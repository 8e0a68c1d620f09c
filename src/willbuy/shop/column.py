"""`[table.columns.NAME]`: what a column of a table is, when its value is known, and what stands where it is missing."""

from math import isfinite
from typing import Literal

from pydantic import StrictFloat, model_validator

from willbuy.shop.section import Section, Whole, key

ALLOWED = {
    "number": ("keep", "median", "mean", "zero", "most_frequent"),
    "flag": ("keep", "zero", "most_frequent"),
    "category": ("keep", "most_frequent"),
}
"""The rules for missing values by role, by name. Besides, a value: a number, for a category a text."""


class ColumnKeys(Section):
    """An input of a table. The target, the id and the order are named in `[table]`.

    A missing value is an empty field, or one of `NA`, `NaN`, `null`, `None`. It is never silently zero.
    """

    role: Literal["number", "flag", "category", "ignore"] = key(
        "`number`; `flag`, true or false in any spelling; `category`, texts or codes of which each stands for itself; "
        "`ignore`, not used.",
        "category",
        ...,
    )
    known: Literal["before", "after", "unknown"] = key(
        "When the value is known, as against the moment of the score: `after` may not be used, `unknown` is named by the doctor.",
        "before",
        "unknown",
    )
    missing: str | Whole | StrictFloat = key(
        "What stands where the value is missing: `keep` (models see that it is missing), `median`, `mean`, `zero`, "
        '`most_frequent`, or a value of its own such as `"Unknown"` or `0`. Fitted on the training part.',
        "median",
        "keep",
    )
    values: tuple[str, ...] | None = key(
        "For a category: the values that there are; those seen otherwise.",
        {"role": "category", "values": ["desktop", "mobile"]},
        min_length=1,
    )

    @model_validator(mode="after")
    def _agree(self) -> "ColumnKeys":
        if self.role == "ignore":
            return self
        allowed, value = ALLOWED[self.role], self.missing
        own = _is_own_value(self.role, value)
        if value not in allowed and not own:
            besides = "a text" if self.role == "category" else "0 or 1" if self.role == "flag" else "a number"
            raise ValueError(f"missing = {value!r}: a {self.role} takes {', '.join(allowed)} or {besides}")
        if self.values is not None and self.role != "category":
            raise ValueError(f"values: a {self.role} has none. Take them away")
        return self


def _is_own_value(role: str, value: object) -> bool:
    if role == "category":
        return isinstance(value, str) and bool(value) and value not in ALLOWED["number"]
    if role == "flag":
        return value in (0, 1) and not isinstance(value, str)
    return isinstance(value, int | float) and isfinite(value)
