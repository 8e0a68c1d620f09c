"""Live features: a row at a time of visitors with 50 events each, beside pandas over a frame that is kept of each visitor."""

import statistics

from benchmarks.house.claims import Claim, stage_ratio
from benchmarks.house.measure import Measured, Side, alternate
from benchmarks.house.outcome import Outcome, agree
from benchmarks.house.say import Say
from benchmarks.house.visitors import FEW, FIFTY, Visitors

LOG = FIFTY
SMALL = FEW
REPEATS = 5


def run(log: Visitors, repeats: int, say: Say) -> Outcome:
    """Measure both on the same visitors and moments; the catalogue also with timelines that are not kept."""
    sides = [
        Side("willbuy, 14 features", "benchmarks.ours.live", (log.name, "fourteen", "kept")),
        Side("pandas, 14 features", "benchmarks.rivals.pandas_visitor", (log.name,)),
        Side("willbuy, the default catalogue", "benchmarks.ours.live", (log.name, "catalogue", "kept")),
        Side("the same, timelines made anew", "benchmarks.ours.live", (log.name, "catalogue", "new")),
    ]
    measured = alternate(sides, repeats, say)
    by_us, by_pandas, catalogue, anew = measured
    agreed = agree({side.side.name: said(side) for side in (by_us, by_pandas)})
    whole = agree({side.side.name: said(side) for side in (catalogue, anew)})
    return Outcome(
        name="live",
        title=f"Live features: one visitor at a moment, {whole['features']} features of the default catalogue, and 14",
        log=log,
        agreed={
            "evaluations": log.evaluations,
            "checksum": agreed["checksum"],
            "of the catalogue": whole["checksum"],
        },
        sides=measured,
        claims=[
            stage_ratio(
                "CPU, pandas / ours, 14 features", "evaluate", "cpu", (by_pandas, by_us), "at least", 20
            ),
            microseconds("CPU of a row of the default catalogue", catalogue, 100),
        ],
    )


def said(side: Measured) -> dict[str, object]:
    """What every repetition of a side printed beside its times."""
    printed = [{name: one.printed[name] for name in ("features", "checksum")} for one in side.samples]
    return agree({str(number): one for number, one in enumerate(printed)})


def microseconds(text: str, side: Measured, bar: float) -> Claim:
    """The median of the repetitions, CPU time."""
    found = sorted(float(one.printed["microseconds"]) for one in side.samples)
    return Claim(text, statistics.median(found), (found[0], found[-1]), "at most", bar, "us")
