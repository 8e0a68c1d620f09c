"""A feature set: the ordered, named features of a model, with the clock and the session rule they follow."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from willbuy.durations import Duration
from willbuy.errors import BundleError, ShopError
from willbuy.features.algebra import Feature, ItemFact, feature_from_spec, feature_to_spec
from willbuy.features.label import refuse_look_ahead
from willbuy.features.local_time import LocalTime
from willbuy.features.sessions import SessionRule

VERSION = 1


@dataclass(frozen=True)
class FeatureSet:
    """Features in order, each name once; none of them looks ahead.

    >>> from willbuy.features.algebra import Count
    >>> features = FeatureSet((Count("view", "7d"), Count("cart", "7d")))
    >>> features.names
    ('count_view_7d', 'count_cart_7d')
    >>> FeatureSet.from_spec(features.to_spec()) == features
    True
    """

    features: tuple[Feature, ...]
    clock: LocalTime = field(default_factory=LocalTime)
    sessions: SessionRule = field(default_factory=SessionRule)

    def __post_init__(self) -> None:
        names = [feature.name for feature in self.features]
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice:
            raise ShopError(f"feature {twice[0]!r} is declared twice; drop one of them")
        refuse_look_ahead(self.features)

    def __iter__(self) -> Iterator[Feature]:
        return iter(self.features)

    def __len__(self) -> int:
        return len(self.features)

    @cached_property
    def names(self) -> tuple[str, ...]:
        """The names, in order: the columns of a model's input."""
        return tuple(feature.name for feature in self.features)

    def everything(self) -> tuple[Feature, ...]:
        """The features and all that they are made of."""
        return tuple(part for feature in self.features for part in with_parts(feature))

    @property
    def in_session(self) -> bool:
        """Whether any feature reads the current session."""
        return any(feature.in_session for feature in self.features)

    @property
    def facts(self) -> tuple[ItemFact, ...]:
        """The facts about items that the features read, by name."""
        found = {fact.name: fact for feature in self.features for fact in feature.facts}
        return tuple(found[name] for name in sorted(found))

    def to_spec(self) -> dict[str, Any]:
        """Return the set as JSON, for the bundle."""
        return {
            "version": VERSION,
            "zone": self.clock.zone,
            "session_gap": str(self.sessions.gap),
            "session_own_ids": self.sessions.own_ids,
            "features": [{"name": feature.name, **feature_to_spec(feature)} for feature in self.features],
        }

    @classmethod
    def from_spec(cls, spec: Mapping[str, Any]) -> "FeatureSet":
        """Read a set back. Raises BundleError where the spec is of another version or a name does not fit."""
        if spec.get("version") != VERSION:
            raise BundleError(
                f"features of version {spec.get('version')!r}; this willbuy reads {VERSION}. Train again"
            )
        features = []
        for entry in spec["features"]:
            declared = feature_from_spec({key: value for key, value in entry.items() if key != "name"})
            if declared.name != entry["name"]:
                raise BundleError(
                    f"the feature written as {entry['name']!r} reads back as {declared.name!r}. Train again"
                )
            features.append(declared)
        rule = SessionRule(Duration.parse(spec["session_gap"]), bool(spec["session_own_ids"]))
        return cls(tuple(features), LocalTime(spec["zone"]), rule)


def with_parts(feature: Feature) -> Iterator[Feature]:
    """The feature, then all that it is made of."""
    yield feature
    for part in feature.parts:
        yield from with_parts(part)
