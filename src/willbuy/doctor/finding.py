"""What the doctor says: a finding with its proof, and what to do about it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from willbuy.evaluation.words import as_sentence

Grade = Literal["leak", "change", "warning", "note"]
STOPS: tuple[Grade, ...] = ("leak", "change")


@dataclass(frozen=True)
class Finding:
    """One suspicion that held. A `leak`, or a `change` of the data's form since the last run, stops training
    unless the shop file accepts it by `name` with a reason. What comes to light only by training is a `warning`.

    `name` is the suspicion and what it is about, such as `reconstruction:carts+total`; `proof` holds the figures.
    """

    suspicion: str
    about: str
    grade: Grade
    words: str
    remedy: str
    proof: Mapping[str, Any] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """By which the shop file accepts it."""
        return f"{self.suspicion}:{self.about}" if self.about else self.suspicion

    @property
    def sentence(self) -> str:
        """The words as a sentence."""
        return as_sentence(self.words)
