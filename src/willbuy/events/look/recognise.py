"""Which known log a file is, by the columns it was published with and by what they hold."""

from collections.abc import Sequence

from willbuy.events import presets
from willbuy.events.look.clock import EARLIEST, LATEST, reads
from willbuy.events.look.moments import PER_SECOND
from willbuy.events.look.sight import Choice
from willbuy.events.presets import ResolvedSource
from willbuy.shop import Source

ENOUGH = 0.9


def recognise(rows: Sequence[Sequence[str]]) -> Choice | None:
    """Return the preset's name and why, None for a log that is not known.

    >>> recognise([("timestamp", "visitorid", "event", "itemid", "transactionid"),
    ...            ("1433221332117", "257597", "view", "355908", "")]).value
    'retailrocket'
    >>> recognise([("1", "2268318", "2520377", "pv", "1511544070")]).value
    'taobao'
    """
    if not rows:
        return None
    for name in presets.names():
        preset = presets.get(name)
        resolved = presets.resolve(Source(preset=name))
        if set(preset.columns) <= set(rows[0]) and _fits(resolved, rows[0], rows[1:]):
            return Choice(name, f"has the columns of {preset.title}")
        if (
            resolved.header
            and len(rows[0]) == len(resolved.header)
            and _fits(resolved, resolved.header, rows)
        ):
            return Choice(
                name, f"no header line, but {len(rows[0])} columns that hold what {preset.title} holds"
            )
    return None


def _fits(resolved: ResolvedSource, header: Sequence[str], rows: Sequence[Sequence[str]]) -> bool:
    """Whether nearly all rows have times and kinds as the preset says."""
    whole = [dict(zip(header, row, strict=True)) for row in rows if len(row) == len(header)]
    good = sum(_fits_row(resolved, row) for row in whole)
    return good >= ENOUGH * max(len(rows), 1)


def _fits_row(resolved: ResolvedSource, row: dict[str, str]) -> bool:
    kind = resolved.columns.get("kind")
    return (kind is None or row[kind] in resolved.kinds) and _fits_time(
        resolved, row[resolved.columns["time"]]
    )


def _fits_time(resolved: ResolvedSource, value: str) -> bool:
    if resolved.time_unit in PER_SECOND:
        per = PER_SECOND[str(resolved.time_unit)]
        return value.isdigit() and EARLIEST * per <= int(value[:30]) < LATEST * per
    return any(reads(form, value) for form in resolved.time_formats)
