"""`willbuy parity`: the proof that live features are those of the batch."""

from typing import Annotated

import typer

from willbuy.commands.options import DEFAULT_SHOP, Json, RunName, ShopFile, print_json, show


def parity(
    shop: ShopFile = DEFAULT_SHOP,
    run: RunName = None,
    n: Annotated[
        int, typer.Option("--moments", "-n", help="Compare at least so many entity-moments.", min=1)
    ] = 10_000,
    as_json: Json = False,
) -> None:
    """Compare live with batch features, value by value. Exit code 1 where any differs.

    The proof is written beside the run's bundle, as parity.json; `willbuy serve` asks for it.
    """
    from willbuy.parity import prove
    from willbuy.parity.render import render
    from willbuy.progress import progress_bar
    from willbuy.shop import load_any

    with progress_bar("parity", unit="moments", quiet=as_json) as progress:
        proof = prove(load_any(shop), run, n, progress)
    if as_json:
        print_json(proof.to_json())
    else:
        show(render(proof))
    if not proof.clean:
        raise typer.Exit(1)
