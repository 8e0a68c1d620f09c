"""The models of a shop: its complete runs, who is champion, and what speaks for and against each."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from willbuy.registry.loading import why_bad
from willbuy.registry.pointer import Named, Pointer, read_pointer
from willbuy.registry.promote import doubts_of
from willbuy.registry.proof import read_parity
from willbuy.runs import RESULT, read_result, run_entries
from willbuy.shop import Common, Shop

FIGURES = ("average_precision", "roc_auc", "log_loss")


@dataclass(frozen=True)
class Model:
    """A complete run. `role` is champion, shadow, earlier, bad or candidate; `parity` is proven, not proven, or not needed."""

    run: str
    bundle: str
    role: str
    model: str
    figures: dict[str, float | None]
    verdict: str  # use, barely, no_better, worse or not_enough_data
    doubts: tuple[str, ...]  # of the doctor
    parity: str
    bad: str | None

    def to_dict(self) -> dict[str, Any]:
        """For `--json`."""
        return asdict(self)


def models(shop: Common) -> list[Model]:
    """The complete runs, the oldest first; one whose result cannot be read is left out. Raises RegistryError for a broken pointer."""
    pointer = read_pointer(shop.home)
    found = (_model(shop, shop.home / "runs" / name, pointer) for name in run_entries(shop.home)[0])
    return [one for one in found if one is not None]


def _model(shop: Common, folder: Path, pointer: Pointer | None) -> Model | None:
    if not (folder / RESULT).is_file():
        return None
    try:
        result = read_result(folder)
        named = Named(folder.name, str(result["bundle"]))
        bad = why_bad(shop.home, named.bundle)
        return Model(
            run=named.run,
            bundle=named.bundle,
            role=_role(named, pointer, bad),
            model=str(result["model"]),
            figures={name: _value(result["test"][name]) for name in FIGURES},
            verdict=str(result["verdict"]["kind"]),
            doubts=doubts_of(result),
            parity=_parity(shop, folder, named),
            bad=bad,
        )
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _role(named: Named, pointer: Pointer | None, bad: str | None) -> str:
    if pointer is not None and named == pointer.champion:
        return "champion"
    if bad is not None:
        return "bad"
    if pointer is not None and named == pointer.shadow:
        return "shadow"
    return "earlier" if pointer is not None and named in pointer.earlier else "candidate"


def _value(figure: Any) -> float | None:
    """A figure, wherever it stands: alone, or with its interval."""
    found = figure["value"] if isinstance(figure, Mapping) else figure
    return None if found is None else float(found)


def _parity(shop: Common, folder: Path, named: Named) -> str:
    if not isinstance(shop, Shop):
        return "not needed"
    parity = read_parity(folder, named.bundle)
    if parity is None:
        return "not proven"
    return "proven" if parity.clean else f"{parity.mismatches} of {parity.checked} values differ"
