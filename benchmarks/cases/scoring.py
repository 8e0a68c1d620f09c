"""Scoring: rows of features through a bundle, beside XGBoost's own prediction in place; distinct rows, and counts that repeat."""

import tempfile
from pathlib import Path

from benchmarks.cases.features import WEEKLY
from benchmarks.house import shops
from benchmarks.house.claims import Claim, stage_ratio
from benchmarks.house.data import FULL, Log, ensure
from benchmarks.house.measure import Measured, Side, alternate, ask
from benchmarks.house.outcome import Outcome, agree
from benchmarks.house.say import Say

LOG = FULL
REPEATS = 5


def run(log: Log, repeats: int, say: Say) -> Outcome:
    """Measure both on the rows of the log's snapshots at 12 weekly anchors."""
    ensure(log)
    shop = shops.ingested(log)
    with tempfile.TemporaryDirectory(dir=shop.parent) as name:
        folder = Path(name)
        made = ask("benchmarks.ours.scoring_rows", str(shop), WEEKLY, str(folder))
        sides = [
            side
            for rows, words in (("distinct", "distinct rows"), ("counts", "counts that repeat"))
            for side in (ours(words, folder, rows), rival(words, folder, rows))
        ]
        measured = alternate(sides, repeats, say)
    by_us, by_xgboost, repeats_by_us, repeats_by_xgboost = measured
    for one, other in ((by_us, by_xgboost), (repeats_by_us, repeats_by_xgboost)):
        agree({side.side.name: said(side) for side in (one, other)})
    return Outcome(
        name="scoring",
        title="Scoring: rows a CPU second of the scoring itself, one thread",
        log=log,
        agreed={**made, "checksum": said(by_us)["checksum"], "of counts": said(repeats_by_us)["checksum"]},
        sides=measured,
        claims=[
            faster("rows/s, ours / XGBoost, distinct rows", by_xgboost, by_us, 0.9),
            faster("rows/s, ours / XGBoost, counts that repeat", repeats_by_xgboost, repeats_by_us, 4),
        ],
    )


def ours(words: str, folder: Path, rows: str) -> Side:
    """Our side: the bundle in bulk."""
    return Side(
        f"willbuy, {words}", "benchmarks.ours.scoring", (str(folder / rows), str(folder / f"{rows}.npy"))
    )


def rival(words: str, folder: Path, rows: str) -> Side:
    """XGBoost with the bundle's own model file."""
    model = folder / rows / "model.ubj"
    return Side(
        f"XGBoost, {words}", "benchmarks.rivals.xgboost_scoring", (str(model), str(folder / f"{rows}.npy"))
    )


def said(side: Measured) -> dict[str, object]:
    """What every repetition of a side printed beside its times."""
    printed = [{name: one.printed[name] for name in ("rows", "checksum")} for one in side.samples]
    return agree({str(number): one for number, one in enumerate(printed)})


def faster(text: str, rival_side: Measured, our_side: Measured, bar: float) -> Claim:
    """How many times as many rows we score in a CPU second."""
    return stage_ratio(text, "score", "cpu", (rival_side, our_side), "at least", bar)
