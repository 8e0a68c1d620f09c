"""`[train]`: how models are fitted and compared."""

from typing import Annotated, Literal

from pydantic import Field

from willbuy.shop.section import Flag, Section, Whole, key

Metric = Literal["average_precision", "log_loss", "roc_auc"]


class Train(Section):
    """Candidates, the one metric, the seed."""

    candidates: tuple[Literal["logistic", "forest", "xgboost"], ...] = key(
        "Models to compare.", ["logistic"], ("logistic", "forest", "xgboost"), min_length=1
    )
    metric: Metric = key(
        "The metric that picks the best candidate.", "average_precision", "average_precision"
    )
    folds: Whole = key("Folds of the out-of-fold predictions.", 5, 5, ge=2, le=20)
    repeats: Whole = key(
        "How often the folds are dealt anew to compare the candidates: more tell apart what lies close, and take as many times longer.",
        3,
        1,
        ge=1,
        le=20,
    )
    bootstrap: Whole = key("Draws for the intervals.", 1000, 1000, ge=100, le=100_000)
    rows: Whole = key(
        "Snapshots of a log that are learnt from and tested on at most: entities are drawn whole, by the seed. More take more memory, about 2 GB a million.",
        8_000_000,
        3_000_000,
        ge=1000,
    )
    search: Literal["optuna", "random"] = key(
        "Who proposes the settings that are tried: Optuna, which learns from the trials so far, or chance.",
        "random",
        "optuna",
    )
    trials: Whole = key(
        "Settings that are tried for each candidate, its defaults first; 0 keeps the defaults.",
        20,
        8,
        ge=0,
        le=1000,
    )
    trial_rows: Whole = key(
        "Rows that each setting is tried on at most: entities are drawn whole.", 60_000, 30_000, ge=1000
    )
    search_rows: Whole = key(
        "Rows that rounds and penalty are decided on at most: entities are drawn whole; the final fit takes every row.",
        200_000,
        200_000,
        ge=1000,
    )
    forest_rows: Whole = key(
        "Rows that a random forest is fitted on at most: entities are drawn whole.", 100_000, 50_000, ge=1000
    )
    whole_fit: Flag = key(
        "With the engine `spark` and more snapshots than `rows`: fit a chosen xgboost on all of them there. Tuning, calibration and "
        "test stay with the sample.",
        True,
        False,
    )
    class_weight: Literal["none", "balanced"] | Annotated[float, Field(strict=True, gt=0)] = key(
        "How many times a buyer counts in training; `balanced` makes both outcomes count alike. Scores are corrected for it.",
        "balanced",
        "none",
    )
    negatives_per_positive: Annotated[float, Field(strict=True, gt=0)] | None = key(
        "Rows that do not buy, kept in training for each that does; all otherwise. Scores are corrected for it.",
        5,
    )
    seed: Whole = key(
        "The same log, shop file and seed give the same model.", 7, 20150503, ge=0, le=2**32 - 1
    )
