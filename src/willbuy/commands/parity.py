"""`willbuy parity`: the proof that live features are those of the batch, and that what was served can be computed again."""

from typing import TYPE_CHECKING, Annotated

import typer

from willbuy.commands.options import DEFAULT_SHOP, Json, RunName, ShopFile, print_json, show
from willbuy.errors import WillbuyError

if TYPE_CHECKING:
    from willbuy.shop import Shop, TableShop


def parity(
    shop: ShopFile = DEFAULT_SHOP,
    run: RunName = None,
    n: Annotated[
        int,
        typer.Option("--moments", "-n", help="Compare at least so many entity-moments, or answers.", min=1),
    ] = 10_000,
    served: Annotated[
        bool, typer.Option("--served", help="Compute the newest answers of the service again, from the log.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Compare live with batch features, value by value. Exit code 1 where any differs.

    The proof is written beside the run's bundle, as parity.json; `willbuy serve` asks for it.
    """
    from willbuy.shop import load_any

    if served and run is not None:
        raise WillbuyError("--served reads the answers of every run; leave --run out")
    loaded = load_any(shop)
    if not (_served(loaded, n, as_json) if served else _proven(loaded, run, n, as_json)):
        raise typer.Exit(1)


def _proven(shop: "Shop | TableShop", run: str | None, n: int, as_json: bool) -> bool:
    from willbuy.parity import prove
    from willbuy.parity.render import render
    from willbuy.progress import progress_bar

    with progress_bar("parity", unit="moments", quiet=as_json) as progress:
        proof = prove(shop, run, n, progress)
    if as_json:
        print_json(proof.to_json())
    else:
        show(render(proof))
    return proof.clean


def _served(shop: "Shop | TableShop", n: int, as_json: bool) -> bool:
    from willbuy.parity import prove_served
    from willbuy.parity.render_served import render_served
    from willbuy.progress import progress_bar

    with progress_bar("served", unit="answers", quiet=as_json) as progress:
        found = prove_served(shop, n, progress)
    if as_json:
        print_json(found.to_json())
    else:
        show(render_served(found))
    return found.clean
