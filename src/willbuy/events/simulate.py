"""A simulated shop's log, asked for in the words of the command line."""

from datetime import datetime, timedelta
from pathlib import Path

from willbuy.durations import Duration
from willbuy.errors import WillbuyError
from willbuy.events.simulation.write import START, Progress, SimulationResult, write_simulated_log


def simulate(
    output: Path,
    *,
    visitors: int = 100_000,
    preset: str = "retailrocket",
    seed: int = 1,
    days: int = 138,
    start: datetime = START,
    truth: Path | None = None,
    truth_anchor: str | None = None,
    truth_within: str = "7d",
    progress: Progress | None = None,
) -> SimulationResult:
    """Write a log in the Retail Rocket shape, and the true probabilities behind it, if `truth` names a file for them.

    `truth_anchor` is a moment (UTC) such as "2015-09-01" or "2015-09-01T12:00", by default every horizon
    (`truth_within`) back from the last matured midnight; see `write_simulated_log`. Raises WillbuyError.
    """
    if truth_anchor is not None and truth is None:
        raise WillbuyError(f"a truth at {truth_anchor!r} needs a file to go to: name one with truth")
    return write_simulated_log(
        output,
        visitors=visitors,
        preset=preset,
        seed=seed,
        days=days,
        start=start,
        truth=truth,
        anchors=None if truth_anchor is None else [_moment(truth_anchor)],
        horizon=_span(truth_within),
        progress=progress,
    )


def _moment(text: str) -> datetime:
    try:
        return datetime.fromisoformat(text)
    except ValueError as error:
        raise WillbuyError(
            f"truth_anchor is {text!r}: give a day or a moment in UTC, such as 2015-09-01 or 2015-09-01T12:00"
        ) from error


def _span(text: str) -> timedelta:
    try:
        return timedelta(microseconds=Duration.parse(text).microseconds)
    except ValueError as error:
        raise WillbuyError(f"truth_within: {error}") from error
