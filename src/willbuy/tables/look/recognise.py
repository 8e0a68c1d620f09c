"""Which preset a table is: by the columns that it was published with."""

from collections.abc import Sequence
from pathlib import Path

from willbuy.errors import ShopError, WillbuyError, did_you_mean, printable
from willbuy.events.look.sniff import sniff
from willbuy.shop import presets


def recognise(header: Sequence[str], target: str | None, named: str | None) -> tuple[str | None, str]:
    """The preset's name and why; None where the table is none of those known.

    Raises ShopError where the one that was `named` has a column that the table lacks, the target aside.

    >>> recognise(["time_spent", "pages_viewed", "basket_value", "device_type", "customer_type", "purchase"], None, None)
    ('retailtech', 'it has all of its columns')
    """
    if named is not None:
        _check_fits(header, target, named)
        return named, "declared"
    for name in presets.table_names():
        preset = presets.get_table(name)
        whole = bool(preset.columns) and set(preset.columns) <= set(header)
        if whole and target in (None, preset.table["target"]):
            return name, "it has all of its columns"
    return None, ""


def _check_fits(header: Sequence[str], target: str | None, named: str) -> None:
    table = presets.get_table(named).table
    wanted = [name for name, keys in table["columns"].items() if keys["role"] != "ignore"]
    for name in (*wanted, target or table["target"]):
        if name not in header:
            raise ShopError(
                f"the preset {named} has a column {name!r} that is not there. There are: "
                f"{', '.join(printable(n) for n in header[:12])}.{did_you_mean(name, header)}"
            )


def known_table(path: Path) -> str | None:
    """The preset whose columns a file has, told from its first line; None for any other file, sound or not."""
    try:
        rows = sniff(path).rows
    except WillbuyError:
        return None
    return recognise(rows[0], None, None)[0] if rows else None
