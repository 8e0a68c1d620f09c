"""A small rule over two columns or three that gives the label back: `a > 0.5 and b > 2.5`.

No sum need vanish for that, so the search for formulas does not see it. A tree of two questions is grown on a half of the rows
and asked of the other half: it must be right there as well, or it is a rule of these rows alone.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from willbuy.doctor.alone import Bools, Floats
from willbuy.doctor.reconstruction import OF_BUYERS, RIGHT

FEWEST = 20  # buyers, and as many others
QUESTIONS = 2  # deep
CLIP = 1e37  # the library's trees read numbers of half the width


@dataclass(frozen=True)
class SmallRule:
    """A rule that holds where the label is 1, and not elsewhere."""

    text: str
    columns: frozenset[str]
    rows_right: int
    rows: int
    precision: float
    recall: float

    @property
    def claim(self) -> str:
        """What is so where the label is 1."""
        return f"{self.text} holds"

    @property
    def share_right(self) -> float:
        """The share of all rows in which the rule is the label."""
        return self.rows_right / self.rows


def small_rules(columns: Mapping[str, Floats], y: Bools, *, seed: int = 0, most: int = 3) -> list[SmallRule]:
    """Rules that rebuild the label, each without the columns of those before it. A null counts as 0.

    >>> random = np.random.default_rng(0)
    >>> a, b, c = (random.integers(0, 2, 600).astype(float) for _ in range(3))
    >>> [found.text for found in small_rules({"a": a, "b": b, "c": c}, (a > 0) & (b > 0))]
    ['b > 0.5 and a > 0.5']
    """
    left, found = dict(columns), list[SmallRule]()
    if min(int(y.sum()), int((~y).sum())) < FEWEST:
        return []
    while left and len(found) < most and (rule := _grown(left, y, seed)) is not None:
        found.append(rule)
        left = {name: values for name, values in left.items() if name not in rule.columns}
    return found


def _grown(columns: Mapping[str, Floats], y: Bools, seed: int) -> SmallRule | None:
    from sklearn.tree import DecisionTreeClassifier

    names = list(columns)
    table = np.column_stack([np.clip(np.nan_to_num(columns[name]), -CLIP, CLIP) for name in names])
    half = np.random.default_rng(seed).random(len(y)) < 0.5
    if not 0 < int(y[half].sum()) < int(half.sum()):
        return None
    tree = DecisionTreeClassifier(max_depth=QUESTIONS, random_state=seed).fit(table[half], y[half])
    said = np.asarray(tree.predict(table), dtype=np.bool_)
    if not (_good(said[half], y[half]) and _good(said[~half], y[~half])):
        return None
    ways = _ways(tree.tree_, names, 0)
    read = frozenset(name for way in ways for name, _ in way)
    right, caught = int((said == y).sum()), int((said & y).sum())
    return SmallRule(
        text=" or ".join(" and ".join(question for _, question in way) for way in ways),
        columns=read,
        rows_right=right,
        rows=len(y),
        precision=caught / int(said.sum()),
        recall=caught / int(y.sum()),
    )


def _good(said: Bools, y: Bools) -> bool:
    caught = int((said & y).sum())
    if not caught:
        return False
    of_buyers = min(caught / int(said.sum()), caught / int(y.sum()))
    return float((said == y).mean()) >= RIGHT and of_buyers >= OF_BUYERS


def _ways(tree: Any, names: list[str], node: int) -> list[list[tuple[str, str]]]:
    """The ways from a node to the leaves that say 1, each a list of (column, question); [[]] where all of them do."""
    if tree.children_left[node] < 0:
        return [[]] if int(np.argmax(tree.value[node])) == 1 else []
    name, border = names[tree.feature[node]], f"{tree.threshold[node]:.6g}"
    below, above = (_ways(tree, names, side[node]) for side in (tree.children_left, tree.children_right))
    if below == above == [[]]:
        return [[]]
    return [
        *([(name, f"{name} <= {border}"), *way] for way in below),
        *([(name, f"{name} > {border}"), *way] for way in above),
    ]
