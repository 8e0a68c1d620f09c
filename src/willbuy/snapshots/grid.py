"""The grid: the moments at which a horizon task asks its question."""

from datetime import datetime, timedelta

from willbuy.durations import DAY, Duration
from willbuy.errors import NotEnoughData, ShopError
from willbuy.features.local_time import LocalTime
from willbuy.features.log import end_of_log
from willbuy.shop import Shop


def horizon_of(shop: Shop) -> Duration:
    """The horizon of a horizon task. Raises ShopError for a session task."""
    if isinstance(shop.target.within, Duration):
        return shop.target.within
    raise ShopError("target.within is 'session': a session task has no calendar grid")


def grid(shop: Shop, first: datetime, last_event: datetime, lag: timedelta = timedelta()) -> list[datetime]:
    """The matured anchors, oldest first (naive UTC); the last of them is the test.

    They are local midnights, counted back from the last one whose label window lies wholly in the log
    (`end - horizon - lag`), at least one step apart and at least one horizon after the first event. The step is the
    horizon unless `anchors.every` says otherwise.

    Raises NotEnoughData where no anchor has a whole window.
    """
    horizon = timedelta(microseconds=horizon_of(shop).microseconds)
    step = shop.anchors.every or horizon_of(shop)
    clock = LocalTime(shop.shop.zone)
    latest = end_of_log(last_event) - horizon - lag
    anchor = clock.midnight(clock.day(latest))
    moments: list[datetime] = []
    while anchor >= first + min(horizon, timedelta(days=30)):
        moments.append(anchor)
        anchor = _step_back(anchor, step, clock)
    if not moments:
        raise NotEnoughData(_too_short(shop, first, last_event, lag))
    moments.reverse()
    return moments[-shop.anchors.last :] if shop.anchors.last else moments


def waiting(shop: Shop, last: datetime, end: datetime) -> list[datetime]:
    """The anchors of the grid after its last matured one that lie in the log, whose labels are not known yet.

    `last` is the last matured anchor, `end` the end of the log (naive UTC). They come at least one step apart.
    """
    step, clock = shop.anchors.every or horizon_of(shop), LocalTime(shop.shop.zone)
    moments, anchor = [], _step_on(last, step, clock)
    while anchor <= end:
        moments.append(anchor)
        anchor = _step_on(anchor, step, clock)
    return moments


def _step_on(anchor: datetime, step: Duration, clock: LocalTime) -> datetime:
    """One step later, at a local midnight where the step is of whole days: never less than a step."""
    later = anchor + timedelta(microseconds=step.microseconds)
    if step.microseconds % DAY:
        return later
    midnight = clock.midnight(clock.day(later))
    return midnight if midnight >= later else clock.midnight(clock.day(later) + 1)


def _step_back(anchor: datetime, step: Duration, clock: LocalTime) -> datetime:
    """One step earlier, and back to a local midnight where the step is of whole days: never less than a step."""
    earlier = anchor - timedelta(microseconds=step.microseconds)
    return earlier if step.microseconds % DAY else clock.midnight(clock.day(earlier))


def _too_short(shop: Shop, first: datetime, last: datetime, lag: timedelta) -> str:
    days = (last - first) / timedelta(days=1)
    waits = f" and events arrive up to {lag / timedelta(days=1):.1f} days late" if lag else ""
    return (
        f"the log spans {days:.1f} days ({first:%Y-%m-%d %H:%M} to {last:%Y-%m-%d %H:%M} UTC), the horizon is "
        f"{shop.target.within}{waits}: no midnight has a whole window after it and as much of the log before it. "
        "Bring a longer log, or shorten target.within in shop.toml"
    )
