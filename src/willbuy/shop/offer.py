"""`[offer]`: whom to act on, and what its keys must be to each other."""

from typing import Annotated, Literal

from pydantic import Field, model_validator

from willbuy.shop.section import Price, Section, Share, Whole, key

NEEDED = {
    "precision": ("precision",),
    "recall": ("recall",),
    "capacity": ("capacity",),
    "money": ("margin", "cost_per_contact"),
}
EXAMPLES = {"precision": 0.3, "recall": 0.5, "capacity": 500, "margin": 12.5, "cost_per_contact": 0.25}


class Offer(Section):
    """Whom to act on. Thresholds are chosen on out-of-fold predictions, never on the test."""

    threshold: (
        Literal["f1", "precision", "recall", "capacity", "money"]
        | Annotated[float, Field(strict=True, gt=0, lt=1)]
    ) = key(
        "What the threshold is chosen for: `f1`, the greatest F1; `precision`, `recall`, `capacity` or `money`, by the keys "
        "below; or a probability.",
        0.2,
        "f1",
    )
    precision: Share | None = key(
        "The precision that is wanted: of the chosen, so many shall buy. The threshold that reaches most buyers with it.",
        0.3,
    )
    recall: Share | None = key(
        "The recall that is wanted: of those that buy, so many shall be chosen. The threshold that chooses fewest.",
        0.5,
    )
    capacity: Whole | None = key(
        "How many can be contacted at one scoring moment (session tasks: in a day): the best so many.",
        500,
        ge=1,
    )
    margin: Price | None = key(
        "What a reached buyer is worth, in the currency's unit. Needs `cost_per_contact`.",
        {"margin": 12.5, "cost_per_contact": 0.25},
    )
    cost_per_contact: Price | None = key(
        "What a contact costs, in the same unit: less than the margin.",
        {"margin": 12.5, "cost_per_contact": 0.25},
    )
    currency: str | None = key(
        "What to print behind amounts.",
        {"margin": 12.5, "cost_per_contact": 0.25, "currency": "EUR"},
        min_length=1,
        max_length=12,
    )

    @model_validator(mode="after")
    def _agree(self) -> "Offer":
        check_offer(self)
        return self


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
