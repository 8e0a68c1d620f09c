"""Class balance by anchor, and which labels are not known yet when the log ends."""

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, TypedDict

from willbuy.errors import NotEnoughData
from willbuy.evaluation.words import percent
from willbuy.explore.log.view import LogView
from willbuy.explore.rate import Rate, rate
from willbuy.explore.words import day_text, number_of
from willbuy.features.feature_set import FeatureSet
from willbuy.features.local_time import EPOCH, MICROSECOND
from willbuy.features.sessions import SessionRule
from willbuy.snapshots.build import build_snapshots
from willbuy.snapshots.grid import waiting
from willbuy.snapshots.steps import Progress
from willbuy.snapshots.store import Anchor, Snapshots

if TYPE_CHECKING:
    from willbuy.warehouse.engine import Warehouse


class AnchorRate(TypedDict):
    """An anchor (ISO text, UTC, and as the shop's clock reads): its snapshots and those with the label, none where it has not matured."""

    anchor: str
    local: str
    matured: bool
    n: int
    buyers: Rate


class Balance(TypedDict):
    """The label of the shop's task, anchor by anchor; `why_not` says why there is none to show.

    `waiting` are the anchors whose labels are not known yet, as the shop's clock reads.
    """

    says: str
    says_maturity: str
    why_not: str
    task: str
    anchors: list[AnchorRate]
    waiting: list[str]
    known_until: str | None
    days_not_known: int
    open_sessions: int


def balance(warehouse: "Warehouse", view: LogView, folder: Path, progress: Progress | None = None) -> Balance:
    """Ask the shop's own question of everybody at every anchor, without any feature. Snapshots lie in `folder` for a while."""
    session = view.shop.target.within == "session"
    rule = SessionRule(view.shop.anchors.session_gap, own_ids="session" in view.log.fields)
    task = "before the session ends" if session else f"within {view.shop.target.within}"
    found = Balance(
        says="",
        says_maturity="",
        why_not="",
        task=task,
        anchors=[],
        waiting=[],
        known_until=None,
        days_not_known=0,
        open_sessions=0,
    )
    try:
        none = FeatureSet((), view.clock, rule)
        built = build_snapshots(warehouse, view.shop, none, progress=progress, folder=folder)
    except NotEnoughData as error:
        found["why_not"] = f"No label can be made: {error}."
        return found
    found["anchors"] = [_anchor(one, view) for one in built.anchors]
    found["says"] = _says(found["anchors"], task, session)
    if session:
        found["open_sessions"] = built.open_sessions
        found["says_maturity"] = _says_open(built)
    else:
        _maturity(found, built, view)
    return found


def _anchor(one: Anchor, view: LogView) -> AnchorRate:
    return AnchorRate(
        anchor=one.moment.isoformat(),
        local=_local(one.moment, view),
        matured=one.positives is not None,
        n=one.n,
        buyers=rate(one.positives or 0, one.n if one.positives is not None else 0),
    )


def _local(moment: datetime, view: LogView) -> str:
    """As the shop's clock reads, in ISO text."""
    return (EPOCH + view.clock.local(moment) * MICROSECOND).isoformat()


def _maturity(found: Balance, built: Snapshots, view: LogView) -> None:
    last = built.anchors[-1].moment
    found["waiting"] = [_local(one, view) for one in waiting(view.shop, last, view.log.end)]
    found["known_until"] = last.isoformat()
    found["days_not_known"] = view.clock.day(view.log.last) - view.clock.day(last)
    last_day, midnights = day_text(view.clock.day(last)), found["days_not_known"]
    found["says_maturity"] = (
        f"Labels are known for anchors up to the midnight that begins {last_day}; at the {number_of(midnights, 'midnight')} after "
        "it that the log reaches, nobody’s label is known yet: such rows are examples of neither outcome."
        if midnights
        else f"Labels are known for anchors up to the midnight that begins {last_day}, the last that the log reaches."
    )


def _says(anchors: list[AnchorRate], task: str, session: bool) -> str:
    known = [one for one in anchors if one["buyers"]["rate"] is not None]
    hits, of = sum(one["buyers"]["hits"] for one in known), sum(one["buyers"]["of"] for one in known)
    when = (
        f"in {number_of(len(known), 'slot')} of time" if session else f"at {number_of(len(known), 'anchor')}"
    )
    whole = f"{percent(hits / of)} of {number_of(of, 'snapshot')} {when} buy {task}"
    if len(known) < 2:
        return f"{whole}."
    rates = sorted(one["buyers"]["rate"] or 0.0 for one in known)
    return f"{whole}: between {percent(rates[0])} and {percent(rates[-1])} {'in single slots' if session else 'at single anchors'}."


def _says_open(built: Snapshots) -> str:
    if not built.open_sessions:
        return "Every session has closed when the log ends: all labels are known."
    return (
        f"{number_of(built.open_sessions, 'session is', 'sessions are')} still open when the log ends, and labelled as seen: some "
        "may yet buy."
    )
