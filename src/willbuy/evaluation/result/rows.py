"""The shape of a result, as far as it is about the question and the rows that answered it."""

from typing import NotRequired, TypedDict


class Task(TypedDict):
    """What is predicted, for whom, when."""

    kind: str  # "horizon", "session" or "table"
    target: str  # "purchase"
    within: str  # "7d", "session" or "row"
    population: str  # in words
    words: str  # "Will a visitor who was active in the last 30 days buy within 7 days?"


class Part(TypedDict):
    """One part of the split."""

    part: str  # "train", "embargo", "test"
    anchors: list[str]
    n: int
    positives: int
    base_rate: float | None


class AnchorPoint(TypedDict):
    """One anchor of the grid. Positives and rate are None while it has not matured."""

    anchor: str
    part: str  # "train", "embargo", "test", "not matured"
    matured: bool
    n: int | None  # None before it has matured: no snapshot was made
    positives: int | None
    base_rate: float | None
    matures: NotRequired[str]  # when its whole label window has passed and is known; absent in session tasks


class PeriodPoint(TypedDict):
    """One place in the order of a table's rows, such as a month."""

    name: str
    part: str  # "train", "test", or "train and test"
    n: int
    positives: int
    base_rate: float


class IngestCounts(TypedDict):
    """read = accepted + rejected + duplicates."""

    read: int
    accepted: int
    rejected: int
    duplicates: int
    entities: int
    first: str | None
    last: str | None
    rejected_by_rule: NotRequired[dict[str, int]]
