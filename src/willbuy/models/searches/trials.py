"""What every search is given and gives back."""

from collections.abc import Callable
from typing import Any

from willbuy.models.candidates.protocol import Candidate
from willbuy.models.scorers import Floats

Judge = Callable[[Candidate], Floats]
"""A candidate's figure in each fold, greater is better."""

Trials = list[tuple[dict[str, Any], Floats]]
"""The settings of each trial with their figure in each fold; the candidate's own first."""


def defaults(candidate: Candidate) -> dict[str, Any]:
    """Those of the candidate's own settings that its space may vary."""
    settings = candidate.settings()
    return {name: settings[name] for name in candidate.space}
