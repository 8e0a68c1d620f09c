"""The one split object: which rows train, which stand in the embargo, which are the test.

Splits are made in time wherever the log allows it. Where it does not, the split is by entity, is named
`not_future`, and says so wherever its figures stand.

A split in time keeps `t + horizon + lag <= test` for every training anchor t: whatever a training label could
know had happened, and was known, when the test anchor came. Anchors between are the embargo: they belong to no part.
"""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, ClassVar, Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from willbuy.durations import Duration
from willbuy.errors import NotEnoughData, SplitError

Kind = Literal["time", "not_future"]
Parts = npt.NDArray[np.int8]
TRAIN, EMBARGO, TEST = 0, 1, 2
PART_NAMES = ("train", "embargo", "test")
NOT_FUTURE = "These figures are about other visitors of the same days, not about the future."


@dataclass(frozen=True)
class Split(ABC):
    """What every split knows. `reason` says why a split is not in time, and is empty for one that is."""

    kind: ClassVar[Kind]
    reason: str = field(default="", kw_only=True)

    @abstractmethod
    def parts(self, rows: pd.DataFrame) -> Parts:
        """The part of each row: TRAIN, EMBARGO or TEST.

        `rows` has the columns `anchor` (naive UTC) and `entity_key`; session tasks also `session` and `closes`.
        Raises SplitError when a row belongs to none, or when a guarantee of the split does not hold.
        """

    @abstractmethod
    def describe(self) -> dict[str, Any]:
        """The split for the report and for JSON: kind, reason, the anchors of each part, the embargo."""

    @property
    def note(self) -> str:
        """The sentence that must stand beside the figures of a split that is not in time; "" for one that is."""
        if self.kind == "time":
            return ""
        reason = self.reason.rstrip(". ")
        return f"{NOT_FUTURE} {reason[:1].upper()}{reason[1:]}." if reason else NOT_FUTURE


@dataclass(frozen=True)
class TimeSplit(Split):
    """Training anchors, embargo, one test anchor: for horizon tasks."""

    kind: ClassVar[Kind] = "time"
    train: tuple[datetime, ...]
    embargoed: tuple[datetime, ...]
    test: datetime
    horizon: timedelta
    lag: timedelta

    def __post_init__(self) -> None:
        if not self.train:
            raise SplitError("a split in time needs at least one training anchor; none was given")
        if max(self.train) + self.horizon + self.lag > self.test:
            raise SplitError(
                f"the training anchor {max(self.train)} plus horizon {_text(self.horizon)} and label lag"
                f" {_text(self.lag)} reaches past the test anchor {self.test}; it belongs in the embargo"
            )

    def parts(self, rows: pd.DataFrame) -> Parts:
        """The part of each row by its anchor."""
        anchors = _micros(rows["anchor"])
        result = np.full(len(anchors), -1, dtype=np.int8)
        for part, moments in ((TRAIN, self.train), (EMBARGO, self.embargoed), (TEST, (self.test,))):
            result[np.isin(anchors, _micros(moments))] = part
        if (result < 0).any():
            stray = pd.Timestamp(rows["anchor"].to_numpy()[np.argmax(result < 0)])
            raise SplitError(
                f"the anchor {stray} is in no part of the split; build rows for the split's own anchors"
            )
        return result

    def describe(self) -> dict[str, Any]:
        """Anchors as ISO text, spans in seconds."""
        return {
            "kind": self.kind,
            "reason": self.reason,
            "train": _iso(self.train),
            "embargo": _iso(self.embargoed),
            "test": _iso((self.test,)),
            "horizon_seconds": self.horizon.total_seconds(),
            "lag_seconds": self.lag.total_seconds(),
        }


@dataclass(frozen=True)
class SessionSplit(Split):
    """Sessions that closed before the cutoff train; sessions that begin at or after it are the test.

    The sessions that were open at the cutoff are the embargo, all their anchors with them.
    """

    kind: ClassVar[Kind] = "time"
    cutoff: datetime
    lag: timedelta

    def parts(self, rows: pd.DataFrame) -> Parts:
        """The part of each row by its session's first anchor and by when the session had closed."""
        first = _micros(rows.groupby("session", sort=False)["anchor"].transform("min"))
        known = _micros(rows["closes"]) + _micros_of(self.lag)
        cutoff = _micros((self.cutoff,))[0]
        result = np.full(len(rows), EMBARGO, dtype=np.int8)
        result[first >= cutoff] = TEST
        result[(first < cutoff) & (known <= cutoff)] = TRAIN
        if (_micros(rows["anchor"])[result == TRAIN] >= cutoff).any():
            raise SplitError(
                "a session has an anchor after it closed; `closes` must be its last event plus the gap"
            )
        return result

    def describe(self) -> dict[str, Any]:
        """The cutoff as ISO text, the lag in seconds."""
        return {
            "kind": self.kind,
            "reason": self.reason,
            "cutoff": self.cutoff.isoformat(),
            "lag_seconds": self.lag.total_seconds(),
        }


@dataclass(frozen=True)
class EntitySplit(Split):
    """Some entities train, the others are the test, over the same days: not a statement about the future."""

    kind: ClassVar[Kind] = "not_future"
    train_entities: frozenset[int]
    test_entities: frozenset[int]
    seed: int

    def __post_init__(self) -> None:
        shared = self.train_entities & self.test_entities
        if shared:
            raise SplitError(f"{len(shared)} entities stand in both parts; a split by entity shares none")

    def parts(self, rows: pd.DataFrame) -> Parts:
        """The part of each row by its entity."""
        entities = rows["entity_key"].to_numpy()
        result = np.full(len(entities), -1, dtype=np.int8)
        for part, members in ((TRAIN, self.train_entities), (TEST, self.test_entities)):
            result[np.isin(entities, np.fromiter(members, dtype=np.int64, count=len(members)))] = part
        if (result < 0).any():
            raise SplitError(f"the entity {entities[np.argmax(result < 0)]} is in no part of the split")
        return result

    def describe(self) -> dict[str, Any]:
        """How many entities each part has, and why the split is not in time."""
        return {
            "kind": self.kind,
            "reason": self.reason,
            "note": self.note,
            "train_entities": len(self.train_entities),
            "test_entities": len(self.test_entities),
            "seed": self.seed,
        }


def split_in_time(
    anchors: Iterable[datetime], horizon: Duration | timedelta, lag: Duration | timedelta
) -> TimeSplit:
    """Make the last anchor the test, and train on those whose labels were known by then.

    `anchors` are naive UTC moments, all matured. `lag` is how late labels become known (0 where events arrive at once).
    Raises NotEnoughData when no training anchor is left: split by entity then, which is not a test on the future.

    >>> week = timedelta(days=7)
    >>> start = datetime(2024, 1, 1)
    >>> split = split_in_time([start + n * week for n in range(4)], week, timedelta(days=1))
    >>> [moment.day for moment in split.train], [moment.day for moment in split.embargoed], split.test.day
    ([1, 8], [15], 22)
    """
    moments = _sorted_moments(anchors)
    horizon, lag = _span(horizon, "horizon", least=1), _span(lag, "lag", least=0)
    if not moments:
        raise NotEnoughData(
            "no anchor has matured: the log is shorter than the horizon. Shorten [target] within"
        )
    test = moments[-1]
    train = tuple(moment for moment in moments if moment + horizon + lag <= test)
    if not train:
        raise NotEnoughData(
            f"no training anchor lies {_text(horizon + lag)} (horizon and label lag) before the test anchor {test};"
            f" the first of {len(moments)} anchors is {moments[0]}. Shorten [target] within, or bring a longer log"
        )
    return TimeSplit(
        train=train, embargoed=tuple(moments[len(train) : -1]), test=test, horizon=horizon, lag=lag
    )


def rolling_origins(
    anchors: Iterable[datetime], horizon: Duration | timedelta, lag: Duration | timedelta, count: int = 3
) -> list[TimeSplit]:
    """The splits in time that would have been made at each of the last `count` anchors, newest first.

    Fewer where the log is too short for them; an empty list where it is too short for one.
    """
    moments = _sorted_moments(anchors)
    splits = []
    for end in range(len(moments), max(len(moments) - count, 0), -1):
        try:
            splits.append(split_in_time(moments[:end], horizon, lag))
        except NotEnoughData:
            break
    return splits


def split_by_entity(
    entity_keys: Sequence[int] | npt.NDArray[np.int64],
    seed: int,
    share: float = 0.25,
    *,
    reason: str = "",
    labels: npt.ArrayLike | None = None,
) -> EntitySplit:
    """Draw `share` of the entities for the test: for tables and logs too short for a split in time.

    Every entity stands in one part only. With `labels`, one a key, entities that bought and those that did not are
    drawn apart (stratified), so that both parts hold their share of the few. `reason` says why time was not possible, and
    travels with the figures. The same keys and seed give the same split, whatever the order of the keys.
    """
    if not 0 < share < 1:
        raise SplitError(f"the test's share is {share}; expected a number between 0 and 1, such as 0.25")
    given = np.asarray(entity_keys, dtype=np.int64)
    keys, of = np.unique(given, return_inverse=True)
    if len(keys) < 2:
        raise NotEnoughData(f"a split by entity needs at least 2 entities; found {len(keys)}")
    bought = np.zeros(len(keys), dtype=bool)
    if labels is not None:
        bought[of[np.asarray(labels) != 0]] = True
    drawn = np.random.default_rng(seed).permutation(len(keys))
    strata = [keys[drawn[bought[drawn] == side]] for side in (True, False)]
    test = np.concatenate([stratum[: round(len(stratum) * share)] for stratum in strata])
    if not 0 < len(test) < len(keys):
        test = keys[drawn[: 1 if len(test) == 0 else len(keys) - 1]]
    return EntitySplit(
        train_entities=frozenset(np.setdiff1d(keys, test).tolist()),
        test_entities=frozenset(test.tolist()),
        seed=seed,
        reason=reason or "The log is too short for a split in time.",
    )


def split_sessions(
    rows: pd.DataFrame, lag: Duration | timedelta = timedelta(0), share: float = 0.25, keep: float = 0.5
) -> SessionSplit:
    """Split session anchors in time: the newest `share` of sessions by their first anchor is the test.

    `rows` has `session`, `anchor` and `closes` (the session's last event plus the gap). The embargo is the sessions that
    were still open at the cutoff; where less than `keep` of the older sessions had closed, the log is too short
    for its sessions and NotEnoughData is raised: split by entity then.
    """
    lag = _span(lag, "lag", least=0)
    starts = np.sort(_micros(rows.groupby("session", sort=False)["anchor"].min()))
    if len(starts) < 2:
        raise NotEnoughData(f"a split in time needs at least 2 sessions; found {len(starts)}")
    cutoff = starts[min(int(np.ceil(len(starts) * (1 - share))), len(starts) - 1)]
    split = SessionSplit(cutoff=_moment(cutoff), lag=lag)
    part = pd.Series(split.parts(rows), index=rows.index).groupby(rows["session"], sort=False).first()
    older, closed = int((part != TEST).sum()), int((part == TRAIN).sum())
    if closed == 0 or closed < keep * older:
        raise NotEnoughData(
            f"of {older:,} sessions that began before {split.cutoff.replace(microsecond=0)} only {closed:,} had closed"
            " by then: the log is too short for a split in time"
        )
    return split


def _sorted_moments(anchors: Iterable[datetime]) -> list[datetime]:
    moments = sorted(set(anchors))
    if any(moment.tzinfo is not None for moment in moments):
        raise SplitError("an anchor carries a zone; anchors are naive UTC")
    return moments


def _span(value: Duration | timedelta, name: str, least: int) -> timedelta:
    span = timedelta(microseconds=value.microseconds) if isinstance(value, Duration) else value
    if span < timedelta(microseconds=least):
        raise SplitError(
            f"the {name} is {span}; expected {'a positive span' if least else 'a span of at least 0'}"
        )
    return span


def _micros(moments: Iterable[datetime] | pd.Series) -> npt.NDArray[np.int64]:
    values = moments if isinstance(moments, pd.Series) else pd.Series(list(moments), dtype="datetime64[us]")
    return values.to_numpy(dtype="datetime64[us]").astype(np.int64)


def _micros_of(span: timedelta) -> int:
    return span // timedelta(microseconds=1)


def _moment(micros: int) -> datetime:
    return datetime(1970, 1, 1) + timedelta(microseconds=int(micros))


def _iso(moments: Iterable[datetime]) -> list[str]:
    return [moment.isoformat() for moment in moments]


def _text(span: timedelta) -> str:
    days = span / timedelta(days=1)
    return f"{days:g} days" if days >= 1 else f"{span}"
