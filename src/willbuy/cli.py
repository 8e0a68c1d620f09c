"""The command line: one command a verb. Each calls one public function and prints what it returns.

Heavy imports stand inside the commands, so that `willbuy --help` answers at once.
"""

import os
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from willbuy.commands.audit import audit
from willbuy.commands.backup import backup
from willbuy.commands.copy import copy
from willbuy.commands.doctor import doctor
from willbuy.commands.erase import erase, finish_erasures
from willbuy.commands.expire import expire
from willbuy.commands.explore import explore
from willbuy.commands.ingest import ingest
from willbuy.commands.init import init
from willbuy.commands.keys import keys
from willbuy.commands.log import log
from willbuy.commands.models import models
from willbuy.commands.of_sqlite import of_the_disk
from willbuy.commands.options import DEFAULT_SHOP, Json, RunName, ShopFile, print_json, shop_flag, show
from willbuy.commands.parity import parity
from willbuy.commands.promote import promote
from willbuy.commands.rebuild import rebuild
from willbuy.commands.reproduce import reproduce
from willbuy.commands.rollback import rollback
from willbuy.commands.runs import mirror_after, runs
from willbuy.commands.serve import serve
from willbuy.commands.simulate import simulate
from willbuy.commands.still_served import still_served
from willbuy.errors import WillbuyError

if TYPE_CHECKING:
    from willbuy.scoring import Scored

app = typer.Typer(
    name="willbuy",
    help="Who is going to buy? From a shop's event log to calibrated probabilities.",
    epilog="Every command takes --debug: show the traceback of an error.",
    no_args_is_help=True,
    rich_markup_mode=None,  # plain help: rich would double the time of `willbuy --help`
    add_completion=False,
    pretty_exceptions_enable=False,
)

Reasons = Annotated[
    bool, typer.Option("--reasons/--no-reasons", help="Say why, or leave it out: many times faster.")
]


app.command("init")(init)


app.command("ingest")(ingest)
app.command("rebuild")(rebuild)
app.command("copy")(copy)
app.command("explore")(explore)


@app.command()
def features(
    shop: ShopFile = DEFAULT_SHOP,
    sql: Annotated[bool, typer.Option("--sql", help="Print the query instead of the list.")] = False,
    as_json: Json = False,
) -> None:
    """List the shop's features: name, meaning, window, unit."""
    from willbuy.features.describe import describe, query, render
    from willbuy.shop import load_shop

    loaded = load_shop(shop)
    if sql:
        typer.echo(query(loaded))
    elif as_json:
        print_json({"features": describe(loaded)})
    else:
        show(render(describe(loaded)))


@app.command()
def train(shop: ShopFile = DEFAULT_SHOP, as_json: Json = False) -> None:
    """Train, calibrate and test a model; write a bundle."""
    from willbuy.pipeline import summary
    from willbuy.pipeline import train as run_training
    from willbuy.privacy.during_training import erased_meanwhile
    from willbuy.progress import step_log
    from willbuy.shop import load_any

    loaded = load_any(shop)
    finish_erasures(loaded)
    with erased_meanwhile(loaded), step_log(quiet=as_json) as progress:
        result = run_training(loaded, progress=progress)
    if as_json:
        print_json(summary(result))
    else:
        from willbuy.evaluation.render import render

        show(render(result))
        log = result["task"]["kind"] != "table"
        rows = "" if log else " --input FILE"
        typer.echo(f"Next: willbuy report{shop_flag(shop)}, willbuy score{shop_flag(shop)}{rows}")
        if other := still_served(loaded, result["run"], shop_flag(shop), log=log):
            typer.echo(other)
    mirror_after(loaded, result["run"], shop, quiet=as_json)


app.command("doctor")(doctor)
app.command("parity")(parity)
app.command("runs")(runs)


@app.command()
def report(
    shop: ShopFile = DEFAULT_SHOP,
    run: RunName = None,
    output: Annotated[Path, typer.Option("--output", "-o", help="Where to write the page.")] = Path(
        "report.html"
    ),
    as_json: Annotated[
        bool, typer.Option("--json", help="Print the run's whole result as one JSON object; write no page.")
    ] = False,
) -> None:
    """Write the run's report: one self-contained HTML page."""
    from willbuy.reporting import run_result, write_run_report
    from willbuy.shop import load_any

    if as_json:
        print_json(run_result(load_any(shop), run))
    else:
        write_run_report(load_any(shop), output, run)
        typer.echo(f"Wrote {output}")


@app.command()
def score(
    shop: ShopFile = DEFAULT_SHOP,
    as_of: Annotated[
        str | None,
        typer.Option("--as-of", help="Score as of this moment (2015-09-01); the end of the log by default."),
    ] = None,
    rows: Annotated[
        Path | None, typer.Option("--input", help="Of a table: the rows to score, a CSV or Parquet file.")
    ] = None,
    output: Annotated[Path, typer.Option("--output", "-o", help="scores.csv or scores.parquet.")] = Path(
        "scores.csv"
    ),
    run: RunName = None,
    reasons: Reasons = True,
    as_json: Json = False,
) -> None:
    """Score everyone in the population of a moment; of a table, the rows of a file."""
    from willbuy.progress import progress_bar
    from willbuy.scoring import score_shop
    from willbuy.shop import load_any

    loaded = load_any(shop)
    finish_erasures(loaded)
    with progress_bar("score", unit="rows", quiet=as_json) as progress:
        result = score_shop(
            loaded,
            output,
            rows=rows,
            as_of=as_of,
            now=_now(),
            run=run,
            reasons=reasons,
            progress=progress,
        )
    _say_scored(result, as_json)


@app.command()
def predict(
    rows: Annotated[
        Path,
        typer.Argument(help="Rows of features, or of a table: a .csv or .parquet file, columns by name."),
    ],
    shop: ShopFile = DEFAULT_SHOP,
    output: Annotated[
        Path, typer.Option("--output", "-o", help="predictions.csv or predictions.parquet.")
    ] = Path("predictions.csv"),
    run: RunName = None,
    bundle: Annotated[
        Path | None, typer.Option("--bundle", help="A bundle's folder; needs no shop file.")
    ] = None,
    reasons: Reasons = True,
    as_json: Json = False,
) -> None:
    """Score ready-made rows of features."""
    from willbuy.models.bundle import load_bundle
    from willbuy.progress import progress_bar
    from willbuy.scoring import bundle_of_run
    from willbuy.scoring import predict as run_predict
    from willbuy.shop import load_any

    model = load_bundle(bundle) if bundle else bundle_of_run(load_any(shop), run)
    with progress_bar("predict", unit="rows", quiet=as_json) as progress:
        result = run_predict(model, rows, output, reasons, progress, now=_now())
    _say_scored(result, as_json)


app.command("models")(models)
app.command("promote")(promote)
app.command("rollback")(rollback)
app.command("audit")(audit)
app.command("serve")(serve)
app.command("keys")(keys)
app.command("log")(log)
app.command("backup")(backup)
app.command("erase")(erase)
app.command("expire")(expire)
app.command("simulate")(simulate)
app.command("reproduce")(reproduce)


def main() -> None:
    """Run the command line. A mistake of the user's ends with one line on standard error and exit code 2."""
    debug = "--debug" in sys.argv
    arguments = [argument for argument in sys.argv[1:] if argument != "--debug"]
    try:
        app(args=arguments, prog_name="willbuy")
    except WillbuyError as error:
        _fail(str(error), debug, error)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)
    except OSError as error:
        _fail(_explain_os_error(error), debug, error)
    except Exception as error:
        if debug:
            raise
        if said := of_the_disk(error):
            _fail(said, debug, error)
        sys.stderr.write(
            f"error: {type(error).__name__}: {error}\nThis is a fault of willbuy; --debug shows where.\n"
        )
        sys.exit(1)


def _fail(message: str, debug: bool, error: Exception) -> None:
    if debug:
        raise error
    sys.stderr.write(f"error: {message}\n")
    sys.exit(2)


def _explain_os_error(error: OSError) -> str:
    where = f" ({error.filename})" if error.filename else ""
    return f"{error.strerror or error}{where}. Nothing was left half-written; mend it and run the same command again."


def _now() -> str:
    """The clock, for a column that names the moment of the scores."""
    return f"{datetime.now(UTC).replace(tzinfo=None).isoformat(timespec='seconds')}Z"


def _say_scored(result: "Scored", as_json: bool) -> None:
    if as_json:
        print_json(result.to_json())
    else:
        typer.echo(result.sentence())
