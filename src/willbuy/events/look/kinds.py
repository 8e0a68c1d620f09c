"""What the log's own names of what happened mean."""

import re
from collections.abc import Mapping, Sequence

from willbuy.errors import SourceError, did_you_mean, printable
from willbuy.events.canonical import KINDS
from willbuy.events.look.sight import KindSeen

WORDS: Mapping[str, tuple[str, ...]] = {
    "view": (
        "view", "views", "viewed", "pv", "pageview", "click", "clicks", "clicked", "detail", "itemview", "viewitem",
        "productview", "viewproduct", "viewedproduct", "productviewed", "viewcontent", "productdetail",
        "browse", "visit", "open", "read",
    ),
    "cart": (
        "cart", "carts", "addtocart", "addedtocart", "cartadd", "addcart", "add", "basket", "addtobasket", "addtobag",
        "productadded", "atc",
    ),
    "remove": ("remove", "removed", "removefromcart", "removefrombasket", "cartremove", "removecart", "productremoved"),
    "favourite": (
        "fav", "favorite", "favourite", "like", "wishlist", "addtowishlist", "save", "saved", "collect", "bookmark",
    ),
    "purchase": (
        "purchase", "purchases", "purchased", "buy", "bought", "order", "ordered", "ordercompleted", "transaction",
        "sale", "paid", "pay", "payment", "orderplaced", "checkoutcompleted", "conversion",
    ),
    "other": (
        "search", "login", "logout", "signup", "register", "pagevisit", "home", "scroll", "sessionstart", "firstvisit",
        "userengagement", "viewsearchresults", "viewitemlist", "selectitem", "begincheckout", "impression",
        "addpaymentinfo", "addshippinginfo", "refund", "return", "cancel", "cancelled", "searchproducts",
    ),
}  # fmt: skip
"""Canonical kind -> names it goes by, in lower case without anything but letters and digits."""

_KIND_OF = {word: kind for kind, words in WORDS.items() for word in words}


def known_kind(name: str) -> str | None:
    """The canonical kind of a name people use, None where it is not known.

    >>> known_kind("AddToCart"), known_kind("add-to-cart"), known_kind("3")
    ('cart', 'cart', None)
    """
    return _KIND_OF.get(re.sub(r"[^a-z0-9]", "", name.lower()))


def map_kinds(
    counts: Sequence[tuple[str, int]], declared: Mapping[str, Sequence[str]], column: str
) -> dict[str, tuple[str, ...]]:
    """Return canonical kind -> the log's names, for every name that occurs. Raises SourceError for unknown ones.

    A declared name wins; `*` declares every name that nothing else tells.
    """
    for kind in declared:
        if kind not in KINDS:
            raise SourceError(
                f"unknown kind {kind!r}: expected one of {', '.join(KINDS)}.{did_you_mean(kind, KINDS)}"
            )
    said = {name: kind for kind, names in declared.items() for name in names}
    mapped: dict[str, list[str]] = {}
    unknown: list[tuple[str, int]] = []
    for name, events in counts:
        meaning = said.get(name) or known_kind(name) or said.get("*")
        if meaning is None:
            unknown.append((name, events))
        else:
            mapped.setdefault(meaning, []).append(name)
    if unknown:
        raise SourceError(_unknown(unknown, column))
    return {kind: tuple(mapped[kind]) for kind in KINDS if kind in mapped}


def seen(counts: Sequence[tuple[str, int]], kinds: Mapping[str, str]) -> tuple[KindSeen, ...]:
    """Pair each name with its kind and count; a name that nothing maps has the kind ``."""
    return tuple(KindSeen(name, kinds.get(name, ""), events) for name, events in counts)


def _unknown(unknown: Sequence[tuple[str, int]], column: str) -> str:
    shown = ", ".join(f"'{printable(name)}' ({events:,})" for name, events in unknown[:8])
    more = f" and {len(unknown) - 8} more" if len(unknown) > 8 else ""
    return (
        f"column {column!r} holds names that are not known: {shown}{more}. Say what each means, "
        f"for example: --kind purchase={printable(unknown[0][0])} (or --kind 'other=*' for all of them)"
    )
