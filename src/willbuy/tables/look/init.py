"""`willbuy init` of a table: look at it and write its shop file."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from willbuy.events.look.write import refuse_existing
from willbuy.tables.look.looking import look
from willbuy.tables.look.sight import TableSight
from willbuy.tables.look.write import write_table_file


def init_table(
    files: Path | str | Sequence[Path | str],
    target: str | None = None,
    shop_path: Path = Path("shop.toml"),
    force: bool = False,
    **said: Any,
) -> TableSight:
    """Look at a table and write a commented shop file that reads it.

    `said` holds keys of `[table]`: preset, id, order, buys, others, encoding, delimiter; None where nothing was said.
    Raises ShopError when a shop file is there already (unless `force`) or a preset does not fit, SourceError when the
    table cannot be read or does not say who bought, NotEnoughData when it has no rows or one class. Nothing is written
    then.
    """
    refuse_existing(shop_path, force)
    paths = [Path(files)] if isinstance(files, str | Path) else [Path(file) for file in files]
    keys = {key: value for key, value in {"target": target, **said}.items() if value}
    sight = look(paths, keys)
    write_table_file(sight, shop_path, force)
    return sight
