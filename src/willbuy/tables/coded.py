"""One column's texts as numbers; rows that hold what it cannot be are refused."""

from collections.abc import Sequence

import numpy as np

from willbuy.models.prepare.column import Column
from willbuy.models.rows import Floats
from willbuy.tables.refused import Refused

RULES = {"number": "not_a_number", "flag": "not_a_flag"}


def coded(column: Column, texts: Sequence[str | None], decimal: str, refused: Refused) -> Floats:
    """Code texts (n,) as the column does, with the declared sign before decimals; see `Column.code`.

    >>> refused = Refused(4)
    >>> coded(Column("price", "number"), ["1,5", "1.5", "inf", None], ",", refused).tolist()
    [1.5, nan, nan, nan]
    >>> refused.found
    {1: ('not_a_number', 'price', '1.5'), 2: ('not_finite', 'price', 'inf')}
    """
    plain = [_pointed(text) for text in texts] if decimal == "," and column.role == "number" else texts
    codes, bad = column.try_code(plain)
    if bad.any():
        endless = np.array([wrong and _not_finite(text) for wrong, text in zip(bad, plain, strict=True)])
        refused.mark(bad & ~endless, RULES[column.role], column.name, texts)
        refused.mark(endless, "not_finite", column.name, texts)
    return codes


def _pointed(text: str | None) -> str | None:
    """A number with a point for its comma. A point is no part of it: `1.234,5` is refused, not read wrong."""
    if text is None:
        return None
    return f"{text}?" if "." in text else text.replace(",", ".")


def _not_finite(text: str | None) -> bool:
    """Whether a text is a number that no computer holds, or models cannot."""
    try:
        float(text or "")
    except ValueError:
        return False
    return "_" not in (text or "")
