"""Kinds of events, and texts, as parts of names and of sentences."""

import hashlib
import re

from willbuy.errors import ShopError, did_you_mean
from willbuy.events.canonical import KINDS

WORDS = {
    "view": "views",
    "cart": "additions to the cart",
    "remove": "removals from the cart",
    "favourite": "favourites",
    "purchase": "purchases",
    "other": "other events",
}

ONE = {
    "view": "view",
    "cart": "addition to the cart",
    "remove": "removal from the cart",
    "favourite": "favourite",
    "purchase": "purchase",
    "other": "other event",
}


def check_kinds(kinds: str | tuple[str, ...] | list[str]) -> tuple[str, ...]:
    """Return kinds in canonical order. Raises ShopError on a kind that is not one of KINDS.

    >>> check_kinds(["purchase", "cart"])
    ('cart', 'purchase')
    """
    given = (kinds,) if isinstance(kinds, str) else tuple(kinds)
    for kind in given:
        check_choice(kind, KINDS, "kind of event")
    return tuple(kind for kind in KINDS if kind in given)


def check_choice(found: str, known: tuple[str, ...], what: str) -> None:
    """Raise ShopError where `found` is not one of `known`."""
    if found not in known:
        hint = did_you_mean(str(found), known)
        raise ShopError(f"{found!r} is no {what}; known are {', '.join(known)}.{hint}")


def kinds_slug(kinds: tuple[str, ...]) -> str:
    """Kinds as part of a name; any kind is `event`."""
    return "_or_".join(kinds) or "event"


def kinds_words(kinds: tuple[str, ...]) -> str:
    """Kinds in plain words; any kind is "events"."""
    return " or ".join(WORDS[kind] for kind in kinds) or "events"


def kind_words(kinds: tuple[str, ...]) -> str:
    """One event of the kinds in plain words."""
    return " or ".join(ONE[kind] for kind in kinds) or "event"


def slug(text: str) -> str:
    """Turn any text into part of a name; two texts never share one.

    >>> slug("shoes"), slug("Shoes & Boots")
    ('shoes', 'shoes-boots-b8687d')
    """
    plain = re.sub(r"[^a-z0-9.]+", "-", text.lower()).strip("-")
    return plain if plain == text else f"{plain}-{hashlib.sha256(text.encode()).hexdigest()[:6]}".lstrip("-")
