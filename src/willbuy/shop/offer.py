"""What the keys of `[offer]` must be to each other."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from willbuy.shop.model import Offer

NEEDED = {
    "precision": ("precision",),
    "recall": ("recall",),
    "capacity": ("capacity",),
    "money": ("margin", "cost_per_contact"),
}
EXAMPLES = {"precision": 0.3, "recall": 0.5, "capacity": 500, "margin": 12.5, "cost_per_contact": 0.25}


def check_offer(offer: "Offer") -> None:
    """Raise ValueError where a key is missing beside another, or a contact costs as much as it can bring."""
    for name in NEEDED.get(str(offer.threshold), ()):
        if getattr(offer, name) is None:
            raise ValueError(
                f'threshold = "{offer.threshold}" needs {name}. Add it, for example: {name} = {EXAMPLES[name]}'
            )
    for name, other in (
        ("margin", "cost_per_contact"),
        ("cost_per_contact", "margin"),
        ("currency", "margin"),
    ):
        if getattr(offer, name) is not None and getattr(offer, other) is None:
            raise ValueError(f"{name} needs {other}. Add it, for example: {other} = {EXAMPLES[other]}")
    if offer.margin is not None and offer.margin <= (offer.cost_per_contact or 0.0):
        raise ValueError(
            f"a contact costs {offer.cost_per_contact:g} and brings {offer.margin:g} at best: no contact can pay. "
            "Expected a margin above cost_per_contact"
        )
