"""Columns that are fitted, for one entity: the same BG/NBD as in batch, its parameters given. Needs numpy alone."""

from collections.abc import Mapping, Sequence
from math import isfinite, nan
from typing import Any

from willbuy.fitted import COLUMNS, INPUTS
from willbuy.models.bgnbd import BGNBD


def fitted_values(
    parameters: Mapping[str, float] | str | None, values: Mapping[str, float | None], horizon_days: float
) -> dict[str, float]:
    """`expected_purchases` and `p_alive` from an entity's features by name (purchase days so far, days since first and last).

    `parameters` are the four of one fit, as `add_bgnbd` returns them; where there are none (the reason in their place, or
    None) both are nan, as they are for an entity without a purchase. The values have the bits of the batch.

    >>> cdnow = {"r": 0.243, "alpha": 4.414 * 7, "a": 0.793, "b": 2.426}  # Fader, Hardie & Lee (2005)
    >>> days = dict(zip(INPUTS, (3, 38.86 * 7, (38.86 - 30.43) * 7)))
    >>> {name: round(value, 3) for name, value in fitted_values(cdnow, days, 39 * 7).items()}
    {'expected_purchases': 1.226, 'p_alive': 0.727}
    """
    days, first, last = (_number(values[name]) for name in INPUTS)
    if not isinstance(parameters, Mapping) or not (days >= 1 and isfinite(first) and isfinite(last)):
        return dict.fromkeys(COLUMNS, nan)
    model = BGNBD.from_dict(parameters)
    customer = (days - 1, first - last, first)
    expected = model.expected_purchases(*customer, horizon_days)
    found = (float(expected[0]), float(model.p_alive(*customer)[0]))
    return dict(zip(COLUMNS, found, strict=True))


def with_fitted(
    names: Sequence[str],
    known: Sequence[str],
    values: Sequence[float],
    parameters: Mapping[str, float] | str | None,
    horizon_days: float,
) -> list[float]:
    """The row of a model: `values` of the features `known`, put in the order of `names` with the fitted columns.

    >>> with_fitted(("p_alive", "count"), ("count", *INPUTS), [2, 0, nan, nan], None, 7.0)
    [nan, 2]
    """
    by_name: dict[str, Any] = dict(zip(known, values, strict=True))
    if any(name in COLUMNS for name in names):
        by_name |= fitted_values(parameters, by_name, horizon_days)
    return [by_name[name] for name in names]


def _number(value: float | None) -> float:
    return nan if value is None else float(value)
