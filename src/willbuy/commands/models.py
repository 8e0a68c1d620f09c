"""`willbuy models`: the runs that can be served, and which one is."""

from typing import Any

from willbuy.commands.options import DEFAULT_SHOP, Json, ShopFile, print_json, show


def models(shop: ShopFile = DEFAULT_SHOP, as_json: Json = False) -> None:
    """List the complete runs: who is champion, who was, their figures and proofs."""
    from willbuy.registry.models import models as models_of
    from willbuy.registry.pointer import read_pointer
    from willbuy.shop import load_any

    loaded = load_any(shop)
    found, pointer = models_of(loaded), read_pointer(loaded.home)
    if as_json:
        print_json(
            {
                "models": [one.to_dict() for one in found],
                "pointer": None if pointer is None else pointer.to_dict(),
            }
        )
    elif not found:
        show("No complete run yet. Train one with: willbuy train")
    else:
        show(_table(found))
        show(
            "Nothing is promoted yet. Run: willbuy promote RUN"
            if pointer is None
            else f"Champion since {pointer.moment} UTC, token {pointer.token}."
        )


VERDICTS = {
    "use": "use it",
    "barely": "barely better",
    "no_better": "use the rule",
    "worse": "use the rule",
    "not_enough_data": "wait for more",
}


def _table(found: list[Any]) -> Any:
    from rich.table import Table

    table = Table(box=None, header_style="bold", pad_edge=False)
    for title in ("Run", "Role", "Model", "AP", "ROC-AUC", "Parity", "Bundle", "Verdict"):
        table.add_column(title, no_wrap=title != "Verdict")
    for one in found:
        figures = [one.figures[name] for name in ("average_precision", "roc_auc")]
        said = ["" if value is None else f"{value:.3f}" for value in figures]
        table.add_row(one.run, one.role, one.model, *said, one.parity, one.bundle[:8], _words(one))
    return table


def _words(one: Any) -> str:
    """The verdict in two or three words; why the bundle is bad, where it is; and how many doubts the doctor has."""
    words = one.bad or VERDICTS.get(one.verdict, one.verdict)
    doubts = len(one.doubts)
    return f"{words}, {doubts} doubt{'' if doubts == 1 else 's'}" if doubts else words
