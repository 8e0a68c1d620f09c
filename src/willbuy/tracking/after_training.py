"""After a training: mirror its run where the shop wants that, and lose nothing where it cannot be."""

from collections.abc import Callable

from willbuy.shop import Common
from willbuy.tracking.secrets import without_secrets


def mirror_after_training(
    shop: Common,
    run: str,
    said: Callable[[str], None],
    warned: Callable[[str], None],
    again: str = "willbuy runs --mirror",
) -> None:
    """Mirror a run that has just been made; nothing where the shop tracks none. `again` is the command that tries anew.

    The run is complete whatever happens here: a failure is a warning that says how to send it later, and raises nothing.
    """
    if shop.tracking.mlflow is False:
        return
    try:
        from willbuy.tracking.mirror import mirror_run  # the report's drawing comes with it

        said(mirror_run(shop, run).sentence())
    except Exception as error:  # whatever it is, the training has succeeded
        warned(
            f"warning: run {run} is complete, but was not mirrored: {without_secrets(str(error))}\n"
            f"Send it later with: {again}"
        )
