"""The label: the only declaration that looks ahead."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import ClassVar, Literal

from willbuy.durations import Duration
from willbuy.errors import ShopError
from willbuy.features.algebra import Feature
from willbuy.features.algebra.kinds import check_kinds


@dataclass(frozen=True)
class Label(Feature):
    """1 where the entity has an event of `kind` in `[anchor, anchor + horizon)`, else 0.

    The event at exactly the anchor belongs to the label; the one at exactly `anchor + horizon` does not.
    With `horizon = "session"` it reads the rest of the session that is open at the anchor.

    >>> Label("purchase", Duration.parse("7d")).name
    'purchase_within_7d'
    """

    kind: str
    horizon: Duration | Literal["session"]
    key: ClassVar[str] = "label"
    looks_ahead: ClassVar[bool] = True

    def __post_init__(self) -> None:
        check_kinds(self.kind)

    @property
    def name(self) -> str:
        return f"{self.kind}_within_{self.horizon}"

    @property
    def meaning(self) -> str:
        return f"1 with a {self.kind} within {self.horizon} from the anchor on, else 0"


def looking_ahead(features: Iterable[Feature]) -> list[str]:
    """The names of all declarations, parts included, that read anything at or after the anchor.

    >>> from willbuy.features.algebra import Count
    >>> looking_ahead([Count("view", "7d"), Label("purchase", Duration.parse("7d"))])
    ['purchase_within_7d']
    """
    return [part.name for feature in features for part in _with_parts(feature) if part.looks_ahead]


def refuse_look_ahead(features: Iterable[Feature]) -> None:
    """Raise ShopError where a feature looks ahead: labels alone may."""
    found = looking_ahead(features)
    if found:
        raise ShopError(
            f"{found[0]!r} looks ahead of the anchor; a feature reads only what came before. Drop it"
        )


def _with_parts(feature: Feature) -> Iterator[Feature]:
    yield feature
    for part in feature.parts:
        yield from _with_parts(part)
