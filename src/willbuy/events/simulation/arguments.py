"""What a simulation may be asked for, checked before anything is written."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path

from willbuy.errors import WillbuyError, did_you_mean
from willbuy.events.simulation.presets import PRESETS

DAY = timedelta(days=1)
LOG_ENDINGS = (".csv", ".csv.gz", ".csv.zst")
TRUTH_ENDINGS = (".csv", ".parquet")


def check_whole(name: str, value: object, least: int, most: int) -> None:
    """Refuse what is no whole number from `least` to `most`."""
    if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
        raise WillbuyError(f"{name} is {value!r}: give a whole number from {least:,} to {most:,}")


def check_preset(preset: object) -> None:
    """Refuse a name that no simulated shop has."""
    if preset not in PRESETS:
        known = ", ".join(PRESETS)
        raise WillbuyError(
            f"no simulated shop is called {preset!r}: choose {known}.{did_you_mean(str(preset), PRESETS)}"
        )


def check_target(what: str, path: Path, endings: Sequence[str]) -> None:
    """Refuse a file that could not be written, or whose name does not say its format."""
    if not path.name.endswith(tuple(endings)):
        raise WillbuyError(f"{what} would be {path.name!r}: end its name with {' or '.join(endings)}")
    if path.is_dir():
        raise WillbuyError(f"{what} would be {path}, which is a folder: give the name of a file")
    if not path.parent.is_dir():
        raise WillbuyError(f"{what} would lie in {path.parent}, which does not exist: make that folder first")


def check_truth(truth: Path | None, log: Path) -> None:
    """Refuse a file for the truth that could not be written, or that is the log itself."""
    if truth is None:
        return
    check_target("the truth", truth, TRUTH_ENDINGS)
    if truth.resolve() == log.resolve():
        raise WillbuyError(f"the truth and the log would both be {log}: give the truth a name of its own")


def check_start(start: datetime) -> None:
    """Refuse a start with a zone (times are UTC without one) or with parts of a millisecond."""
    if start.tzinfo is not None or start.microsecond % 1000 or not 1990 <= start.year <= 2100:
        raise WillbuyError(
            f"start is {start!r}: give UTC without a zone, in whole milliseconds, from 1990 to 2100"
        )


def check_anchors(anchors: Sequence[datetime], start: datetime, days: int, horizon: timedelta) -> None:
    """Refuse anchors outside the span, not in order, or a horizon without length."""
    if not timedelta(0) < horizon <= 3650 * DAY:
        raise WillbuyError(f"horizon is {horizon}: give a span above 0, such as timedelta(days=7)")
    for moment in anchors:
        check_start(moment)
        if not start < moment <= start + days * DAY:
            raise WillbuyError(
                f"anchor {moment} lies outside the log: choose one after {start}, up to {start + days * DAY}"
            )
    if not anchors:
        raise WillbuyError(
            f"no anchor's window of {horizon} fits into a log of {days} days: ask for more days, or no truth"
        )
    if list(anchors) != sorted(set(anchors)):
        raise WillbuyError("anchors are not in order, or one comes twice: give each once, earliest first")


def weekly_anchors(start: datetime, days: int, horizon: timedelta) -> list[datetime]:
    """Midnights (UTC), a horizon apart, counted back from the last one whose window the log still covers.

    >>> weekly_anchors(datetime(2015, 5, 3, 3), 20, timedelta(days=7))
    [datetime.datetime(2015, 5, 9, 0, 0), datetime.datetime(2015, 5, 16, 0, 0)]
    """
    if horizon <= timedelta(0):
        return []
    latest = start + days * DAY - timedelta(milliseconds=1) - horizon
    moment = latest.replace(hour=0, minute=0, second=0, microsecond=0)
    found = []
    while moment > start:
        found.append(moment)
        moment -= horizon
    return found[::-1]
