"""What a candidate that stands around another one has of it: its name, its space, its settings."""

from dataclasses import dataclass, replace
from typing import Any, Self

from willbuy.models.candidates.protocol import Candidate
from willbuy.models.candidates.space import Space


@dataclass(frozen=True)
class Around:
    """A candidate that does something before or after the fit of another one."""

    candidate: Candidate

    @property
    def name(self) -> str:
        """The family's name."""
        return self.candidate.name

    @property
    def space(self) -> Space:
        """What a search may vary of the family."""
        return self.candidate.space

    def with_settings(self, **settings: Any) -> Self:
        """The same candidate with some of the family's settings changed."""
        return replace(self, candidate=self.candidate.with_settings(**settings))
