"""One row at a time, calibration included: boosted trees and a forest as a service scores them, beside XGBoost and beside batches of one."""

import statistics
import tempfile
from pathlib import Path

from benchmarks.house.claims import Claim
from benchmarks.house.data import FEW_ROWS, Table, ensure_rows
from benchmarks.house.measure import Measured, Side, alternate, ask
from benchmarks.house.outcome import Outcome, agree
from benchmarks.house.say import Say

LOG = FEW_ROWS
SMALL = FEW_ROWS
REPEATS = 5
MODELS = {"boosting": ("500 boosted trees of depth 4", 50), "forest": ("a forest of 60 trees", 150)}


def run(log: Table, repeats: int, say: Say) -> Outcome:
    """Measure each model's ways on the same rows."""
    ensure_rows(log)
    with tempfile.TemporaryDirectory(dir=log.features.parent) as name:
        made = ask("benchmarks.ours.one_row_models", log.name, name)
        sides = [
            Side(f"{way}, {words}", "benchmarks.ours.one_row", (str(Path(name) / model), log.name, way))
            for model, (words, _) in MODELS.items()
            for way in ("willbuy", "batches of one", "XGBoost")
            if (model, way) != ("forest", "XGBoost")
        ]
        measured = alternate(sides, repeats, say)
    said = {words: [one for one in measured if one.side.name.endswith(words)] for words, _ in MODELS.values()}
    checked = {words: agree({one.side.name: bits(one) for one in sides}) for words, sides in said.items()}
    return Outcome(
        name="one_row",
        title="One row in process, calibration included: median time of a row, one thread",
        log=log,
        agreed={"features": made["features"]}
        | {f"checksum of {words}": found["checksum"] for words, found in checked.items()},
        sides=measured,
        claims=[microseconds(words, said[words][0], bar) for words, bar in MODELS.values()],
    )


def bits(side: Measured) -> dict[str, object]:
    """What every repetition of a side printed beside its times."""
    return agree(
        {str(number): {"checksum": one.printed["checksum"]} for number, one in enumerate(side.samples)}
    )


def microseconds(text: str, side: Measured, bar: float) -> Claim:
    """The median of the repetitions' medians, each over thousands of rows."""
    found = sorted(float(one.printed["median"]) for one in side.samples)
    return Claim(text, statistics.median(found), (found[0], found[-1]), "at most", bar, "us")
