"""The target of a table: whether it says who bought, and what to say where it does not."""

from collections import Counter
from collections.abc import Sequence

from willbuy.errors import NotEnoughData, SourceError, did_you_mean, listed, printable
from willbuy.models.prepare.spellings import flag_of


def check_there(role: str, column: str | None, header: Sequence[str]) -> None:
    """Raise SourceError where no column is called so, with the nearest that is. `role` is target, id or order."""
    if column is not None and column not in header:
        raise SourceError(
            f"no column '{printable(column)}' to be the {role}. There are: {listed(header)}.{did_you_mean(column, header)}"
        )


def check_values(target: str, values: Counter[str], buys: Sequence[str], others: Sequence[str]) -> None:
    """Raise where the target's values do not say who bought and who did not."""
    name = printable(target)
    if not values:
        raise NotEnoughData(f"the target {name} has no value in any row.")
    for value in (*buys, *others):
        if value not in values:
            raise SourceError(
                f"no row has {name} = '{printable(value)}'. It holds: {_counted(values)}.{did_you_mean(value, values)}"
            )
    odd = [] if buys else [value for value in values if flag_of(value) is None]
    if odd:
        example = odd[0] if len(odd) <= 2 else max(values, key=lambda value: values[value])
        raise SourceError(
            f"the target {name} holds {len(values):,} {'values' if len(values) > 1 else 'value'}: {_counted(values)}. Say which "
            f"mean a buyer: --buys '{printable(example)}'; all others will mean none, or name these too with --others."
        )
    if len({value in buys if buys else flag_of(value) == 1.0 for value in values}) < 2:
        raise NotEnoughData(
            f"the target {name} is of one class only: {_counted(values)}. Expected rows of buyers and of others."
        )


def _counted(values: Counter[str]) -> str:
    return listed([f"{value} ({n:,})" for value, n in values.most_common()], 5)
