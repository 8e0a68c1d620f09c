"""`willbuy promote`: a run becomes the champion, or is scored in its shadow."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from willbuy.commands.actor import actor
from willbuy.commands.options import DEFAULT_SHOP, Json, ShopFile, print_json
from willbuy.errors import WillbuyError

if TYPE_CHECKING:
    from willbuy.registry.promote import Promoted


def promote(
    run: Annotated[
        str | None, typer.Argument(help="The run, such as 0003; see: willbuy models.", metavar="[RUN]")
    ] = None,
    shop: ShopFile = DEFAULT_SHOP,
    force: Annotated[
        str | None,
        typer.Option(
            metavar="WHY",
            help="Promote a run that is not surely better than a simple rule, or that the doctor doubts. The reason goes to the audit log.",
        ),
    ] = None,
    shadow: Annotated[
        bool | None,
        typer.Option(
            "--shadow/--no-shadow",
            help="Score the run beside the champion and only log its answers; or stop doing so.",
        ),
    ] = None,
    as_json: Json = False,
) -> None:
    """Put a run into service: it is loaded and tried first, then the champion pointer moves."""
    from willbuy.shop import load_any

    loaded = load_any(shop)
    if shadow is False:
        _no_shadow(loaded, run, as_json)
        return
    if run is None:
        raise WillbuyError("which run? Say: willbuy promote RUN (see: willbuy models)")

    _promoted(loaded, run, force, bool(shadow), as_json)


def _promoted(shop: Any, run: str, force: str | None, shadow: bool, as_json: bool) -> None:
    from willbuy.registry.promote import promote as promote_run
    from willbuy.service.moments import utc_now

    def said(words: str) -> None:
        if not as_json:
            typer.echo(words)

    done = promote_run(shop, run, actor(), utc_now(), force=force, shadow=shadow, said=said)
    in_shadow = done.pointer.shadow if shadow else None
    point_mlflow(shop, done.role, in_shadow.bundle if in_shadow else done.pointer.bundle)
    if as_json:
        print_json(done.to_dict())
    else:
        _say(done, shadow)


def _say(done: "Promoted", shadow: bool) -> None:
    place = "scored in shadow" if shadow else "champion"
    typer.echo(f"Run {done.run} is {place} now (token {done.pointer.token}).")
    typer.echo(f"Its verdict: {done.verdict}")
    if done.doubts:
        typer.echo(f"The doctor doubts it: {', '.join(done.doubts)}")
    if done.warning:
        typer.echo(f"warning: {done.warning}", err=True)


def _no_shadow(shop: Any, run: str | None, as_json: bool) -> None:
    from willbuy.registry.promote import clear_shadow
    from willbuy.service.moments import utc_now

    if run is not None:
        raise WillbuyError("--no-shadow names no run: it takes away whichever is there")
    pointer = clear_shadow(shop, actor(), utc_now())
    if as_json:
        print_json({"pointer": pointer.to_dict()})
    else:
        typer.echo("No run is scored in shadow any more.")


def point_mlflow(shop: Any, alias: str, bundle: str) -> None:
    """Let MLflow's alias follow, where the shop's runs are mirrored there; what fails is a warning on standard error."""
    if shop.tracking.mlflow is False:
        return
    from willbuy.tracking.secrets import without_secrets

    try:
        from willbuy.tracking.mirror import point_alias

        if not point_alias(shop, bundle, alias):
            typer.echo(
                f"warning: MLflow does not know this bundle, so its alias {alias} stays. Run: willbuy runs --mirror",
                err=True,
            )
    except Exception as error:  # whatever it is, the pointer has moved, and the pointer decides
        typer.echo(f"warning: MLflow's alias {alias} was not moved: {without_secrets(str(error))}", err=True)
