"""Which published systems there are, and running one of them by its name."""

from collections.abc import Callable, Sequence
from importlib import import_module
from pathlib import Path

from willbuy.errors import SourceError, WillbuyError, did_you_mean
from willbuy.progress import StepCallback
from willbuy.reproductions.result import Reproduction

SYSTEMS = ("online_shoppers", "retailtech", "rees46", "retailrocket", "propensity_flags")
"""Each is a module of this room with a function `run(files, say)`."""

Run = Callable[[Sequence[Path], StepCallback], Reproduction]


def reproduce(system: str, files: Sequence[Path] = (), say: StepCallback = lambda _: None) -> Reproduction:
    """Run a published system's method and ours on the same rows.

    `files` are the data, as published; the systems that need none run on generated data as well. Raises WillbuyError for
    an unknown name, SourceError where a file is missing or is not the one that the system was published on.
    """
    if system not in SYSTEMS:
        raise WillbuyError(
            f"there is no system {system!r}.{did_you_mean(system, SYSTEMS)} There are: {', '.join(SYSTEMS)}"
        )
    for file in files:
        if not file.is_file():
            raise SourceError(f"{file} is no file: give the data of {system} with --data FILE")
    run: Run = import_module(f"willbuy.reproductions.{system}").run
    return run(files, say)
