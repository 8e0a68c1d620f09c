"""What every feature is: a declaration that knows its name, meaning, unit and type, and touches no data."""

from dataclasses import dataclass
from typing import Any, ClassVar, Literal

from willbuy.errors import ShopError
from willbuy.events.canonical import KINDS
from willbuy.features.algebra.item_fact import ItemFact
from willbuy.features.algebra.kinds import check_kinds, kind_words, kinds_slug, kinds_words, slug
from willbuy.features.algebra.phrases import Phrases
from willbuy.features.algebra.window import EVER, Window

Type = Literal["integer", "real"]

_registry: dict[str, type["Feature"]] = {}


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
        if cls.__dict__.get("key") and not cls.looks_ahead:
            known = _registry.setdefault(cls.key, cls)
            if (known.__module__, known.__qualname__) != (cls.__module__, cls.__qualname__):
                raise ShopError(
                    f"two features have the key {cls.key!r}: {known.__module__} and {cls.__module__}"
                )
            _registry[cls.key] = cls

    @property
    def name(self) -> str:
        """The name, derived from what the feature is."""
        return self.key

    @property
    def meaning(self) -> str:
        """What the number says, in plain words."""
        raise NotImplementedError

    @property
    def phrases(self) -> Phrases:
        """How a value is said to people; a class of a shop's own may leave it to its meaning."""
        return Phrases(f"{self.meaning}: {{value}}", null=f"{self.meaning}: not known")

    @property
    def unit(self) -> str:
        """What is counted or measured."""
        return self.unit_text

    @property
    def type(self) -> Type:
        """`integer` or `real`."""
        return self.type_text

    @property
    def parts(self) -> tuple["Feature", ...]:
        """The features that this one is made of."""
        return ()

    @property
    def facts(self) -> tuple[ItemFact, ...]:
        """The facts about items that the feature reads."""
        return tuple(dict.fromkeys(fact for part in self.parts for fact in part.facts))

    @property
    def reads(self) -> tuple[str, ...]:
        """The canonical kinds that the feature reads of the entity; () is none."""
        return tuple(dict.fromkeys(kind for part in self.parts for kind in part.reads))

    @property
    def window_text(self) -> str:
        """The look-back window as a shop file writes it; "" where a feature has none."""
        return " / ".join(dict.fromkeys(part.window_text for part in self.parts))

    @property
    def lookback(self) -> int | None:
        """Microseconds before the anchor within which all lies that the feature reads; None is without a bound."""
        spans = [part.lookback for part in self.parts]
        return None if None in spans else max((span for span in spans if span is not None), default=0)

    @property
    def in_session(self) -> bool:
        """Whether the feature, or a part of it, reads the current session."""
        return any(part.in_session for part in self.parts)


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
        if not (self.category is None or isinstance(self.category, str)):
            raise ShopError(f"feature {self.key!r}: category must be a text; found {self.category!r}")

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
    def event_word(self) -> str:
        """One of the events in plain words, without the window."""
        return kind_words(self.kinds) + ("" if self.category is None else f" in category {self.category!r}")

    @property
    def each(self) -> str:
        """One of what is counted, in plain words; "" where nothing is counted."""
        return ""

    @property
    def when(self) -> str:
        """The window in the words of a reason."""
        return "so far" if self.window == EVER else self.window.words

    @property
    def event_words(self) -> str:
        """One of the events in plain words, with the window where there is one."""
        return self.event_word + ("" if self.window == EVER else f" {self.window.words}")

    @property
    def window_text(self) -> str:
        return self.window.text

    @property
    def lookback(self) -> int | None:
        return None if self.window.span is None else self.window.span.microseconds

    @property
    def reads(self) -> tuple[str, ...]:
        return KINDS if self.in_session else self.kinds or KINDS

    @property
    def in_session(self) -> bool:
        return self.window.session
