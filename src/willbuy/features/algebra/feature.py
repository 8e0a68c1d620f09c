"""What every feature is: a declaration that knows its name, meaning, unit and type, and touches no data."""

import dataclasses
import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Literal

from willbuy.errors import ShopError, did_you_mean
from willbuy.events.canonical import KINDS
from willbuy.features.algebra.window import EVER, Window

Type = Literal["integer", "real"]

_registry: dict[str, type["Feature"]] = {}

KIND_WORDS = {
    "view": "views",
    "cart": "additions to the cart",
    "remove": "removals from the cart",
    "favourite": "favourites",
    "purchase": "purchases",
    "other": "other events",
}


def registry() -> dict[str, type["Feature"]]:
    """Every class of the algebra under the key that a shop file writes, in alphabetical order."""
    return dict(sorted(_registry.items()))


@dataclass(frozen=True)
class Feature:
    """A number about one entity at an anchor, from its events strictly before that anchor.

    A subclass is a frozen dataclass with a `key`; the class joins the registry by being defined.
    """

    key: ClassVar[str] = ""
    looks_ahead: ClassVar[bool] = False  # labels alone may; see features/label.py
    unit_text: ClassVar[str] = ""
    type_text: ClassVar[Type] = "integer"

    def __init_subclass__(cls, **options: Any) -> None:
        super().__init_subclass__(**options)
        if "key" in cls.__dict__ and not cls.looks_ahead:
            _registry[cls.key] = cls

    @property
    def name(self) -> str:
        """The name, derived from what the feature is."""
        raise NotImplementedError

    @property
    def meaning(self) -> str:
        """What the number says, in plain words."""
        raise NotImplementedError

    @property
    def unit(self) -> str:
        """What is counted or measured."""
        return self.unit_text

    @property
    def type(self) -> Type:
        """`integer` or `real`."""
        return self.type_text

    @property
    def window_text(self) -> str:
        """The look-back window as a shop file writes it; "" where a feature has none."""
        return ""

    @property
    def lookback(self) -> int | None:
        """Microseconds before the anchor within which all lies that the feature reads; None is without a bound."""
        spans = [part.lookback for part in self.parts]
        return None if None in spans else max((span for span in spans if span is not None), default=0)

    @property
    def parts(self) -> tuple["Feature", ...]:
        """The features that this one is made of."""
        return ()

    @property
    def reads(self) -> tuple[str, ...]:
        """The canonical kinds that the feature reads; () is none."""
        return tuple(dict.fromkeys(kind for part in self.parts for kind in part.reads))

    def to_spec(self) -> dict[str, Any]:
        """Return the declaration as JSON: what `feature_from_spec` reads back."""
        spec: dict[str, Any] = {"feature": self.key}
        for field in dataclasses.fields(self):
            value = getattr(self, field.name)
            if value != field.default:
                spec[field.name] = _to_json(value)
        return spec


@dataclass(frozen=True)
class Windowed(Feature):
    """A feature of the events of some kinds, perhaps of one category, in a look-back window.

    `kinds` is one kind, several, or () for any; `window` is a span, `ever` or `session`.
    """

    kinds: tuple[str, ...] = ()
    window: Window = EVER
    category: str | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "kinds", check_kinds(self.kinds))
        object.__setattr__(self, "window", Window.parse(self.window))

    @property
    def slug(self) -> str:
        """The kinds and the category as part of a name: `view`, `cart_or_purchase`, `event_in_shoes`."""
        return kinds_slug(self.kinds) + ("" if self.category is None else f"_in_{slug(self.category)}")

    @property
    def events_words(self) -> str:
        """The events in plain words."""
        words = kinds_words(self.kinds)
        return words if self.category is None else f"{words} in category {self.category!r}"

    @property
    def window_text(self) -> str:
        return self.window.text

    @property
    def lookback(self) -> int | None:
        return None if self.window.span is None else self.window.span.microseconds

    @property
    def reads(self) -> tuple[str, ...]:
        return self.kinds or KINDS


def check_kinds(kinds: str | tuple[str, ...] | list[str]) -> tuple[str, ...]:
    """Return kinds in canonical order. Raises ShopError on a kind that is not one of KINDS.

    >>> check_kinds(["purchase", "cart"])
    ('cart', 'purchase')
    """
    given = (kinds,) if isinstance(kinds, str) else tuple(kinds)
    for kind in given:
        if kind not in KINDS:
            raise ShopError(
                f"{kind!r} is no kind of event; kinds are {', '.join(KINDS)}.{did_you_mean(str(kind), KINDS)}"
            )
    return tuple(kind for kind in KINDS if kind in given)


def check_choice(found: str, known: tuple[str, ...], what: str) -> None:
    """Raise ShopError where `found` is not one of `known`."""
    if found not in known:
        raise ShopError(
            f"{found!r} is no {what}; known are {', '.join(known)}.{did_you_mean(str(found), known)}"
        )


def kinds_slug(kinds: tuple[str, ...]) -> str:
    """Kinds as part of a name; any kind is `event`."""
    return "_or_".join(kinds) or "event"


def kinds_words(kinds: tuple[str, ...]) -> str:
    """Kinds in plain words; any kind is "events"."""
    return " or ".join(KIND_WORDS[kind] for kind in kinds) or "events"


def slug(text: str) -> str:
    """Turn any text into part of a name; two texts never share one.

    >>> slug("shoes"), slug("Shoes & Boots")
    ('shoes', 'shoes-boots-b8687d')
    """
    plain = re.sub(r"[^a-z0-9.]+", "-", text.lower()).strip("-")
    return plain if plain == text else f"{plain}-{hashlib.sha256(text.encode()).hexdigest()[:6]}".lstrip("-")


def feature_from_spec(spec: Mapping[str, Any]) -> Feature:
    """Read a declaration back, from a bundle or a shop file.

    Raises ShopError that names an unknown feature or key, and the nearest right spelling.
    """
    key = spec.get("feature")
    if key not in _registry:
        known = sorted(_registry)
        raise ShopError(
            f"{key!r} is no feature; known are {', '.join(known)}.{did_you_mean(str(key), known)}"
        )
    kind = _registry[key]
    fields = {field.name for field in dataclasses.fields(kind)}
    for name in spec:
        if name not in fields and name != "feature":
            raise ShopError(
                f"feature {key!r} has no {name!r}; it has {', '.join(sorted(fields))}.{did_you_mean(name, fields)}"
            )
    values = {name: _from_json(value) for name, value in spec.items() if name != "feature"}
    try:
        return kind(**values)
    except TypeError as error:
        raise ShopError(f"feature {key!r}: {error}") from error


def _to_json(value: Any) -> Any:
    if isinstance(value, Feature):
        return value.to_spec()
    if isinstance(value, Window):
        return value.text
    return list(value) if isinstance(value, tuple) else value


def _from_json(value: Any) -> Any:
    if isinstance(value, Mapping):
        return feature_from_spec(value)
    return tuple(value) if isinstance(value, list) else value
