"""What a shuffled split would have promised: the way most published figures are made, beside the honest ones.

All snapshots are thrown together and dealt into training and test by chance, whatever their visitor and their day. The
same visitor then stands on both sides, and days on which the model is tested were trained on. The chosen candidate with
its settings is learnt again on the one side and tested on the other. It runs after the test was opened, and chooses nothing.
"""

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from willbuy.backtest import FoldSplit
from willbuy.errors import NotEnoughData
from willbuy.evaluation.evaluate import evaluate
from willbuy.evaluation.figures import COMPARED, figures_of, gap
from willbuy.evaluation.result.elsewhere import Shuffled
from willbuy.evaluation.result.metrics import Metrics
from willbuy.evaluation.sealed import audit
from willbuy.evaluation.shuffled_words import in_words
from willbuy.models.entity_folds import sample_of_entities
from willbuy.pipeline.learning import learn_again
from willbuy.pipeline.origins import ENOUGH, ROWS
from willbuy.pipeline.rows import Rows

if TYPE_CHECKING:
    from willbuy.pipeline.training import Training

TEST_SHARE = 0.25


def shuffle_and_test(run: "Training") -> None:
    """Learn and test on shuffled rows of training and test together. Fills result["shuffled"].

    Nothing where a shuffled split would part nothing that the split keeps together.
    """
    if not run.shuffling_tells:
        return
    run.say("a shuffled split, for comparison")
    rows = everything(run)
    try:
        held = np.random.default_rng(run.seed).random(len(rows.frame)) < TEST_SHARE
        promised = _tested(run, rows, held)
    except NotEnoughData as error:
        run.say(f"no shuffled split: {error}")
        return
    test = figures_of(run.result["test"])
    figures = figures_of(promised)
    run.result["shuffled"] = Shuffled(
        promised=figures,
        held=test,
        gap={metric: gap(figures[metric], test[metric]) for metric in COMPARED},  # type: ignore[literal-required]
        rows=len(rows.frame),
        shared_share=audit(rows.groups[~held], rows.groups[held])["shared_share"],
        how=f"{len(rows.frame):,} rows shuffled, {1 - TEST_SHARE:.0%} to learn from".replace("%", " %"),
        words=in_words(figures, test, run.result["verdict"]["metric"], future=run.split.kind == "time"),
    )


def everything(run: "Training") -> Rows:
    """Training and test rows together, or a sample of their entities where there are more than ROWS."""
    import pandas as pd

    parts = [run.train]
    if not isinstance(run.split, FoldSplit):  # there every row trains and is tested
        parts.append(Rows(run.test.opened_rows(), run.train.names))
    kept = sample_of_entities(np.concatenate([part.groups for part in parts]), ROWS, run.seed)
    of_parts = np.split(kept, np.cumsum([len(part.frame) for part in parts])[:-1])
    frames = [part.frame[some] for part, some in zip(parts, of_parts, strict=True)]
    return Rows(pd.concat(frames, ignore_index=True), run.train.names)


def _tested(run: "Training", rows: Rows, held: NDArray[np.bool_]) -> Metrics:
    again = learn_again(run.learning, rows.take(~held), lambda _: None, ENOUGH)
    ahead = rows.take(held)
    return evaluate(
        ahead.y,
        again.probability(ahead.X),
        ahead.groups,
        again.cut,
        draws=run.shop.train.bootstrap,
        seed=run.seed,
    )
