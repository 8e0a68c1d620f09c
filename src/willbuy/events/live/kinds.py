"""The kind of an event: by the shop's rules about other columns, its own names of kinds, or the canonical names."""

from collections.abc import Callable, Sequence

from willbuy.events.canonical import FIELDS, KINDS
from willbuy.events.live.amounts import price_text
from willbuy.events.presets import KindRule, ResolvedSource

Kind = tuple[str, str]
"""A kind, and what the shop calls it."""

Test = Callable[[str], bool]


def own_name(source: ResolvedSource, kind: str) -> str:
    """What the shop calls a canonical kind: its own name where it has exactly one, else the kind itself.

    >>> shop = ResolvedSource({}, kinds={"addtocart": "cart", "order": "purchase", "reorder": "purchase"})
    >>> own_name(shop, "cart"), own_name(shop, "purchase")
    ('addtocart', 'purchase')
    """
    names = [name for name, meaning in source.kinds.items() if meaning == kind]
    return names[0] if len(names) == 1 else kind


def own_kinds(source: ResolvedSource) -> dict[str, Kind]:
    """The kinds by the shop's own names."""
    return {name: (kind, name) for name, kind in source.kinds.items()}


def canonical_kinds(source: ResolvedSource) -> dict[str, Kind]:
    """The kinds by their canonical names."""
    return {kind: (kind, own_name(source, kind)) for kind in KINDS}


def by_rule(source: ResolvedSource) -> Callable[[Sequence[str | None]], Kind | None]:
    """A reader of what the shop's rules say about a row's texts: those that they look at stand behind the fields'."""
    tests = [
        (len(FIELDS) + number, _test(rule, source.decimal), (rule.kind, rule.kind_name))
        for number, rule in enumerate(source.kind_rules)
    ]

    def find(texts: Sequence[str | None]) -> Kind | None:
        for slot, test, kind in tests:
            text = texts[slot]
            if text is not None and test(text):
                return kind
        return None

    return find


def _test(rule: KindRule, decimal: str) -> Test:
    if rule.test == "starts_with":
        return lambda text: text.startswith(rule.value)
    most = float(rule.value)

    def at_most(text: str) -> bool:
        try:
            return float(price_text(text, decimal)) <= most
        except ValueError:
            return False

    return at_most
