"""The strongest contributions of each row, in plain words."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from willbuy.models.reasons.written import written
from willbuy.models.rows import Floats

MOST = 3


class Reason(NamedTuple):
    """Why: the feature, what it says of this row, and what it adds to the uncalibrated log-odds."""

    feature: str
    text: str
    contribution: float


@dataclass(frozen=True)
class Strongest:
    """Of n rows the k strongest contributions, strongest first; those of 0 have no text."""

    feature: NDArray[np.intp]  # (n, k)
    text: NDArray[np.object_]  # (n, k)
    contribution: Floats  # (n, k)


class Reasons:
    """Says reasons for the features of a model, by the phrases of its manifest.

    >>> views = {"some": "{value} views", "one": "1 view", "none": "no view", "null": "", "form": "number"}
    >>> reasons = Reasons(("views", "other"), {"views": views})
    >>> found = reasons.strongest(np.array([[2.0, 0.5]]), np.array([[-0.25, 1.5]]))
    >>> found.text.tolist(), found.contribution.tolist()
    ([['other is 0.5', '2 views']], [[1.5, -0.25]])
    """

    def __init__(
        self, names: Sequence[str], phrases: Mapping[str, Mapping[str, Any]], currency_digits: int = 2
    ) -> None:
        self.names = tuple(names)
        self._phrases = [phrases.get(name, {"some": f"{name} is {{value}}"}) for name in names]
        self._digits = currency_digits
        self._shared = self._same_words()

    def say(self, feature: int, value: float) -> str:
        """What a value of a feature says."""
        phrases = self._phrases[feature]
        if np.isnan(value):
            return str(phrases.get("null") or f"{self.names[feature]} is not known")
        if "values" in phrases:
            return _said_of_a_value(phrases, value)
        text = phrases.get({0.0: "none", 1.0: "one"}.get(value, "some")) or phrases["some"]
        return str(text).replace("{value}", written(value, str(phrases.get("form", "number")), self._digits))

    def strongest(self, rows: Floats, contributions: Floats, most: int = MOST) -> Strongest:
        """The strongest contributions (n, features) of rows (n, features); equal ones in the features' order.

        Features that say the same words of a row, as "no view in the last 7 days", are one reason: their contributions are
        added, and the first of them stands for all.
        """
        contributions = self._merged(rows, contributions)
        feature = np.argsort(-np.abs(contributions), axis=1, kind="stable")[:, :most]
        contribution = np.take_along_axis(contributions, feature, axis=1)
        value = np.take_along_axis(rows, feature, axis=1)
        text = np.full(feature.shape, "", dtype=object)
        for number in np.unique(feature):
            of_it = (feature == number) & (contribution != 0.0)
            different, which = np.unique(value[of_it], return_inverse=True)
            said = np.array([self.say(int(number), float(one)) for one in different], dtype=object)
            text[of_it] = said[which.ravel()] if len(said) else ""
        return Strongest(feature, text, contribution)

    def _same_words(self) -> list[list[tuple[int, float]]]:
        """Values (NaN for null) of several features that are said in the same words: groups of (feature, value)."""
        said: dict[str, list[tuple[int, float]]] = {}
        for feature, phrases in enumerate(self._phrases):
            for name, value in (("none", 0.0), ("one", 1.0), ("null", np.nan)):
                text = phrases.get(name)
                if text and "{value}" not in text:
                    said.setdefault(str(text), []).append((feature, value))
        return [group for group in said.values() if len({feature for feature, _ in group}) > 1]

    def _merged(self, rows: Floats, contributions: Floats) -> Floats:
        """Contributions in which the first of the features that say the same has the sum, and the others have 0."""
        merged = contributions.copy() if self._shared else contributions
        for group in self._shared:
            first = np.full(len(rows), -1)
            for feature, value in group:
                says = np.isnan(rows[:, feature]) if np.isnan(value) else rows[:, feature] == value
                again = np.flatnonzero(says & (first >= 0))
                merged[again, first[again]] += merged[again, feature]
                merged[again, feature] = 0.0
                first[says & (first < 0)] = feature
        return merged

    def of_rows(self, rows: Floats, contributions: Floats, most: int = MOST) -> list[list[Reason]]:
        """The same as lists: for each row its reasons, strongest first, none that adds 0."""
        found = self.strongest(rows, contributions, most)
        columns = (found.feature.tolist(), found.text.tolist(), found.contribution.tolist())
        return [
            [Reason(self.names[f], text, part) for f, text, part in zip(*row, strict=True) if text]
            for row in zip(*columns, strict=True)
        ]


def _said_of_a_value(phrases: Mapping[str, Any], code: float) -> str:
    """What a category's value says, by its place among the values; a place that it does not have is unseen."""
    values = phrases["values"]
    if not 0 <= code < len(values):
        return str(phrases["unseen"])
    return str(phrases["some"]).replace("{value}", str(values[int(code)]))
