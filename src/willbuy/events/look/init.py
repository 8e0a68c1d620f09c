"""`willbuy init`: look at a log and write its shop file."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from willbuy.errors import ShopError
from willbuy.events.look.looking import look
from willbuy.events.look.said import columns_said, kinds_said
from willbuy.events.look.sight import Sight
from willbuy.events.look.write import refuse_existing, write_shop_file
from willbuy.events.presets import get
from willbuy.shop import make_source


def init(
    files: Path | str | Sequence[Path | str],
    preset: str | None = None,
    within: str | None = None,
    shop_path: Path = Path("shop.toml"),
    zone: str | None = None,
    force: bool = False,
    *,
    columns: Mapping[str, str] | Sequence[str] | None = None,
    kinds: Mapping[str, Sequence[str]] | Sequence[str] | None = None,
    every_row: str | None = None,
    header: Sequence[str] | None = None,
    time_unit: str | None = None,
    time_format: str | None = None,
    encoding: str | None = None,
    delimiter: str | None = None,
) -> Sight:
    """Look at a log and write a commented shop file that reads it.

    `columns` maps canonical fields to columns, `kinds` canonical kinds to the log's names (`*`: every name that
    is not known); both may be texts as on the command line, `entity=cookie`. `every_row` is the kind of every row, `header` names the columns of a file without a header
    line. What is not said is recognised or proven; see `look`.

    Raises ShopError when a shop file is there already (unless `force`) or an argument is wrong, SourceError when
    the log cannot be read, NotEnoughData when it is too short or holds fewer than two purchases. Nothing is
    written then.
    """
    refuse_existing(shop_path, force)
    if preset is not None:
        get(preset)
    columns = columns if isinstance(columns, Mapping) else columns_said(columns or ())
    kinds = kinds if isinstance(kinds, Mapping) else kinds_said(kinds or ())
    said: dict[str, Any] = {
        "preset": preset, "columns": columns, "kinds": kinds, "kind": every_row, "header": header,
        "time": {"unit": time_unit, "format": time_format}, "encoding": encoding, "delimiter": delimiter,
    }  # fmt: skip
    said["time"] = {key: value for key, value in said["time"].items() if value is not None}
    if within is not None and not within.strip():
        raise ShopError("target.within is empty: write a span such as '7d', or 'session'.")
    sight = look(files, make_source({key: value for key, value in said.items() if value}), within, zone)
    write_shop_file(sight, shop_path, force)
    return sight
