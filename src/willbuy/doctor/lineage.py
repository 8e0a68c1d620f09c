"""Suspicion: a feature reads what its label reads. The proof is its declaration: kinds, window, class."""

from collections.abc import Iterable

from willbuy.doctor.finding import Finding
from willbuy.features.algebra import Feature
from willbuy.features.label import looking_ahead

OURS = "willbuy.features.algebra"
QUESTION = "Does a declared feature read anything at or after its anchor?"


def lineage(features: Iterable[Feature], target: str) -> list[Finding]:
    """A leak for each declaration that reaches the label's side of the anchor; a note on classes of the shop's own.

    A feature of the algebra has a window that ends before the anchor, by its type. A class that a shop wrote itself
    decides in its SQL what it reads: no declaration vouches for it, only the rebuilding of its values does.

    >>> from willbuy.features.algebra import Count
    >>> lineage([Count("purchase", "7d")], "purchase")
    []
    """
    every = list(features)
    return [_ahead(name, target) for name in looking_ahead(every)] + _own(every)


def _ahead(name: str, target: str) -> Finding:
    return Finding(
        suspicion="lineage",
        about=name,
        grade="leak",
        words=f"{name} reads events at or after the anchor, where the label looks for a {target}",
        remedy=f"Drop {name}: a feature's window ends before the anchor",
        proof={"feature": name},
    )


def _own(features: list[Feature]) -> list[Finding]:
    own = sorted({one.name for one in features if not type(one).__module__.startswith(OURS)})
    if not own:
        return []
    return [
        Finding(
            suspicion="lineage",
            about="own_classes",
            grade="note",
            words=f"{', '.join(own)}: of classes of the shop's own, whose SQL decides what they read",
            remedy="Time travel rebuilds them from the cut log: see its answer",
            proof={"features": own},
        )
    ]
