"""Progress of long work, on standard error: a bar with rate and time left, or one line a step."""

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

BarCallback = Callable[[int, int | None, str], None]
StepCallback = Callable[[str], None]


@contextmanager
def progress_bar(title: str, unit: str, quiet: bool = False) -> Iterator[BarCallback]:
    """A bar that is told `(done, total, stage)`; shows done, rate per second and time left."""
    if quiet or not sys.stderr.isatty():
        yield lambda done, total, stage: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.completed:,.0f} " + unit),
        TextColumn("{task.fields[rate]}/s"),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
    )
    started = time.monotonic()
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(title, total=None, rate="-")

        def update(done: int, total: int | None, stage: str) -> None:
            rate = done / max(time.monotonic() - started, 1e-9)
            bar.update(
                task, completed=done, total=total, description=f"{title}: {stage}", rate=f"{rate:,.0f}"
            )

        yield update


@contextmanager
def step_log(quiet: bool = False) -> Iterator[StepCallback]:
    """One line a step on standard error, with the seconds since the start."""
    started = time.monotonic()

    def say(step: str) -> None:
        if not quiet:
            sys.stderr.write(f"[{time.monotonic() - started:6.1f} s] {step}\n")
            sys.stderr.flush()

    yield say
