"""willbuy simulate: a made-up log or table, and the truth behind it."""

from pathlib import Path
from typing import Annotated, Any

import typer

from willbuy.commands.options import Json, print_json
from willbuy.errors import WillbuyError


def simulate(
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", help="The file to write: .csv or .csv.gz; events.csv by default."),
    ] = None,
    visitors: Annotated[int, typer.Option(help="How many visitors.")] = 100_000,
    preset: Annotated[
        str,
        typer.Option(
            help="retailrocket: near its rates; dense: more buyers; propensity_flags: a table, users and their click flags."
        ),
    ] = "retailrocket",
    seed: Annotated[int, typer.Option(help="The same seed gives the same bytes.")] = 1,
    days: Annotated[int, typer.Option(help="Of a log: how many days, from 2015-05-03 on.")] = 138,
    truth: Annotated[
        Path | None,
        typer.Option(help="Also write each visitor's true probability, of a log at --truth-anchor."),
    ] = None,
    truth_anchor: Annotated[
        str | None, typer.Option(help="The moment of --truth, such as 2015-09-01; every week's by default.")
    ] = None,
    truth_within: Annotated[str, typer.Option(help="The horizon of --truth.")] = "7d",
    as_json: Json = False,
) -> None:
    """Write a simulated log in the Retail Rocket shape, or a simulated table of click flags."""
    from willbuy.events.simulate import simulate as simulate_log
    from willbuy.progress import progress_bar
    from willbuy.tables import simulation

    result: Any
    with progress_bar("simulate", unit="visitors", quiet=as_json) as progress:
        if preset == simulation.NAME:
            _no_moment(truth_anchor)
            path = output or Path(f"{preset}.csv")
            result = simulation.write_click_flags(
                path, users=visitors, seed=seed, truth=truth, progress=progress
            )
        else:
            result = simulate_log(
                output or Path("events.csv"),
                visitors=visitors,
                preset=preset,
                seed=seed,
                days=days,
                truth=truth,
                truth_anchor=truth_anchor,
                truth_within=truth_within,
                progress=progress,
            )
    if as_json:
        print_json(result.to_json())
    else:
        typer.echo(result.sentence())


def _no_moment(truth_anchor: str | None) -> None:
    if truth_anchor is not None:
        raise WillbuyError("--truth-anchor is of a log: the rows of a table have no moment. Take it away.")
