"""Write a simulated log, and what only a simulation can know: the true probabilities behind it."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from willbuy.events.simulation import arguments
from willbuy.events.simulation.block import Simulation
from willbuy.events.simulation.expand import NAMES
from willbuy.events.simulation.presets import PRESETS
from willbuy.events.simulation.runs import Runs
from willbuy.events.simulation.truth import Chain, truth_at
from willbuy.events.simulation.workroom import put, workroom

START = datetime(2015, 5, 3, 3)
"""When Retail Rocket's log begins, to the hour: midnight at UTC-3."""

VISITORS = 1_407_580
BLOCK = 250_000
EPOCH = datetime(1970, 1, 1)
DAY = timedelta(days=1)
MILLISECOND = timedelta(milliseconds=1)
Progress = Callable[[int, int | None, str], None]
"""Called with the visitors done, the visitors there will be and the stage."""


@dataclass(frozen=True)
class SimulationResult:
    """What was written: rows, visitors (bots among them), rows by event, how many bought, seconds it took."""

    path: Path
    rows: int
    visitors: int
    buyers: int
    bots: int
    kinds: dict[str, int]
    first: datetime
    last: datetime
    anchors: tuple[datetime, ...]
    truth_rows: int
    seconds: float

    def to_json(self) -> dict[str, object]:
        """The figures, for machines: times as ISO 8601 in UTC, without a zone."""
        return {
            "output": str(self.path),
            "rows": self.rows,
            "visitors": self.visitors,
            "buyers": self.buyers,
            "bots": self.bots,
            "kinds": self.kinds,
            "first": self.first.isoformat(),
            "last": self.last.isoformat(),
            "truth_anchors": [anchor.isoformat() for anchor in self.anchors],
            "truth_rows": self.truth_rows,
            "seconds": round(self.seconds, 3),
        }

    def sentence(self) -> str:
        """The figures in words, in one line."""
        kinds = ", ".join(f"{count:,} {kind}" for kind, count in self.kinds.items())
        told = f" True probabilities of {self.truth_rows:,} snapshots." if self.anchors else ""
        return (
            f"Wrote {self.path}: {self.rows:,} rows ({kinds}) of {self.visitors:,} visitors, {self.buyers:,} of whom "
            f"bought, {self.first:%Y-%m-%d} to {self.last:%Y-%m-%d}, in {self.seconds:.1f} s.{told}"
        )


def write_simulated_log(
    path: Path,
    *,
    visitors: int = VISITORS,
    preset: str = "retailrocket",
    seed: int = 1,
    days: int = 138,
    start: datetime = START,
    truth: Path | None = None,
    anchors: Sequence[datetime] | None = None,
    horizon: timedelta = 7 * DAY,
    block: int = BLOCK,
    progress: Progress | None = None,
) -> SimulationResult:
    """Write a log in the Retail Rocket shape to `path`: complete under its name, or not there.

    `path` ends with .csv, .csv.gz or .csv.zst. `truth` (.parquet or .csv) gets `visitorid, anchor, probability`: for each
    of `anchors` (naive UTC; by default every horizon, counted back from the last matured midnight) and each visitor seen
    before it, the probability of at least one transaction in [anchor, anchor + horizon); docs/simulated-shop.md says what
    that is conditional on. The same arguments give the same bytes; `block`, how many visitors are in memory at once, is
    one of them. Raises WillbuyError for wrong arguments and for a full disk.
    """
    began = time.monotonic()
    path, truth = Path(path), Path(truth) if truth is not None else None
    arguments.check_preset(preset)
    arguments.check_whole("visitors", visitors, 1, 100_000_000)
    arguments.check_whole("seed", seed, 0, 2**63 - 1)
    arguments.check_whole("days", days, 1, 3650)
    arguments.check_whole("block", block, 1, 10_000_000)
    arguments.check_start(start)
    arguments.check_target("the log", path, arguments.LOG_ENDINGS)
    arguments.check_truth(truth, path)
    moments: list[datetime] = []
    if truth:
        moments = arguments.weekly_anchors(start, days, horizon) if anchors is None else list(anchors)
        arguments.check_anchors(moments, start, days, horizon)
    simulation = Simulation(PRESETS[preset], visitors, seed, days, start)
    with workroom(path) as room:
        runs = Runs(room, (start - EPOCH) // MILLISECOND, days * DAY // MILLISECOND)
        try:
            _fill(runs, simulation, block, moments, horizon, progress=progress)
            if progress:
                progress(visitors, visitors, "sorting by time")
            runs.merge(room / path.name)
            if truth:
                runs.merge_truth(room / f"truth{truth.suffix}")
        finally:
            runs.close()
        if truth:
            put(room / f"truth{truth.suffix}", truth)
        put(room / path.name, path)
    return SimulationResult(
        path=path,
        rows=runs.rows,
        visitors=visitors,
        buyers=runs.buyers,
        bots=len(simulation.bots.visitors),
        kinds=dict(zip(NAMES, runs.kinds.tolist(), strict=True)),
        first=start + runs.first * MILLISECOND,
        last=start + runs.last * MILLISECOND,
        anchors=tuple(moments),
        truth_rows=runs.truths,
        seconds=time.monotonic() - began,
    )


def _fill(
    runs: Runs,
    simulation: Simulation,
    block: int,
    moments: Sequence[datetime],
    horizon: timedelta,
    *,
    progress: Progress | None,
) -> None:
    """Spill the bots, then block after block of people, with their truth at each moment."""
    chain = Chain(simulation.preset)
    runs.add(simulation.bots.events)
    for part in simulation.blocks(block):
        runs.add(part.events)
        for moment in moments:
            since = moment - simulation.start
            found = truth_at(part, chain, simulation.clock, since / DAY, horizon / DAY)
            runs.add_truth(since // MILLISECOND, found.visitor, found.probability)
        if progress:
            progress(part.first + part.n, simulation.visitors, "living")
