"""Ours: the whole procedure of `willbuy train` on the rows that the published method learnt from, then the test rows, once."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from willbuy.evaluation.evaluate import SideBySide, side_by_side
from willbuy.evaluation.result import Estimate
from willbuy.reproductions.result import Row, row

if TYPE_CHECKING:
    from willbuy.evaluation.rules import Rule
    from willbuy.pipeline.learning import Learning
    from willbuy.pipeline.rows import Rows

Floats = NDArray[np.float64]
OURS = "willbuy"


@dataclass(frozen=True)
class Beside:
    """Scores of the same test rows, evaluated on the same draws: `methods` are the published ones by name."""

    on: str
    both: SideBySide
    methods: tuple[str, ...]
    rules: Mapping[str, str]  # name -> what it says
    notes: Mapping[str, str]

    def rows(self, names: Sequence[str], metrics: Sequence[str]) -> list[Row]:
        """The rows of some of the scores."""
        return [
            row(
                self.rules.get(name, name),
                self.on,
                self.both.metrics[name],
                metrics,
                self.notes.get(name, ""),
            )
            for name in names
        ]

    def difference(self, other: str, metrics: Sequence[str]) -> Row:
        """Ours minus another, with the paired interval."""
        figures: dict[str, Estimate] = {name: self.both.difference(name, OURS, other) for name in metrics}
        return Row(who=f"{OURS} minus {other}, paired", on=self.on, figures=figures)


def beside(
    on: str,
    test: "Rows",
    train: "Rows",
    learnt: "Learning",
    methods: Mapping[str, Floats],
    rules: Sequence["Rule"] = (),
    cuts: Mapping[str, float] | None = None,
) -> Beside:
    """Ours, the published methods' scores and simple rules on the same test rows with the same draws of the entities.

    The published methods choose from 0.5 on unless `cuts` says otherwise; rules are calibrated on the training rows.
    """
    from willbuy.evaluation.rules import fit_rules

    fitted = fit_rules(train.frame, train.y, rules)
    scores = {name: np.asarray(scored, dtype=np.float64) for name, scored in methods.items()}
    thresholds = {name: (cuts or {}).get(name, 0.5) for name in methods}
    for one in fitted:
        scores[one.rule.name], thresholds[one.rule.name] = one.probability(test.frame), one.threshold
    scores[OURS], thresholds[OURS] = learnt.probability(test.X), learnt.cut
    settings = learnt.shop.train
    both = side_by_side(
        test.y, dict(scores), test.groups, thresholds, draws=settings.bootstrap, seed=settings.seed
    )
    words = {one.rule.name: one.rule.words for one in fitted}
    return Beside(on, both, tuple(methods), words, {OURS: learnt.chosen})
