"""Promoting a run: it is tried first, its doubts are answered, then the pointer moves and the audit log says so."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from willbuy import audit
from willbuy.errors import RegistryError
from willbuy.registry.lease import PATIENCE, lease
from willbuy.registry.loading import forgive, load_safely
from willbuy.registry.pointer import Named, Pointer, read_pointer
from willbuy.registry.proof import read_parity
from willbuy.runs import BUNDLE, complete_run, read_result
from willbuy.shop import Common, Shop

BETTER = ("use", "barely")
"""Verdicts that say: surely better than the best simple rule."""

Said = Callable[[str], object]


def _nothing(words: str) -> None:
    """Say nothing."""


@dataclass(frozen=True)
class Promoted:
    """What a promotion has done: the pointer as it is now, and what a reader should know of the run."""

    pointer: Pointer
    role: str  # "champion" or "shadow"
    run: str
    verdict: str
    doubts: tuple[str, ...]
    warning: str

    def to_dict(self) -> dict[str, Any]:
        """For `--json`."""
        own = {"role": self.role, "run": self.run, "verdict": self.verdict, "doubts": list(self.doubts)}
        return {**own, "warning": self.warning, "pointer": self.pointer.to_dict()}


def promote(
    shop: Common,
    run: str,
    actor: str,
    moment: datetime,
    *,
    force: str | None = None,
    shadow: bool = False,
    said: Said = _nothing,
    patience: float = PATIENCE,
) -> Promoted:
    """Make a complete run the champion, or with `shadow` let it be scored beside the champion.

    Its bundle is loaded first: hashes, a child process, golden rows. A run that is not surely better than the best simple rule,
    of which the doctor has a doubt, or that is of a log and not proven, so that a service would not start with it, becomes
    champion only with `force`, the reason, which the audit log keeps.
    `moment` is naive UTC; `said` is told each step. Raises WillbuyError, and the pointer is as it was.
    """
    home = shop.home
    folder = complete_run(home, run)
    result = read_result(folder)
    named = Named(folder.name, str(result["bundle"]))
    doubts = doubts_of(result)
    unproven = _unproven(shop, folder, named)
    _refuse(named.run, result, doubts, unproven, force, shadow)
    with lease(home, patience) as held:
        said(f"run {named.run}: bundle {named.bundle[:12]} is loaded in a process of its own")
        forgive(home, named.bundle)
        load_safely(folder / BUNDLE, named.bundle, home=home)
        said("it loads, and its golden rows hold")
        at = moment.isoformat(timespec="seconds")

        def change(now: Pointer | None) -> Pointer:
            if shadow:
                return _in_shadow(now, named, held.token, at)
            return Pointer(*named, held.token, at) if now is None else now.promoted(named, held.token, at)

        def write_line(pointer: Pointer) -> None:
            what = {"run": named.run, "bundle": named.bundle, "token": pointer.token}
            told = {"verdict": result["verdict"]["kind"], "doubts": list(doubts), "force": force}
            audit.append(home, moment, actor, "shadow" if shadow else "promote", **what, **told)

        pointer = held.commit(change, write_line)
    headline = str(result["verdict"]["headline"])
    role = "shadow" if shadow else "champion"
    return Promoted(pointer, role, named.run, headline, doubts, unproven)


def clear_shadow(shop: Common, actor: str, moment: datetime, *, patience: float = PATIENCE) -> Pointer:
    """Take the shadow away. Raises RegistryError where there is none."""
    now = read_pointer(shop.home)
    if now is None or now.shadow is None:
        raise RegistryError("no run is scored in shadow")
    with lease(shop.home, patience) as held:

        def change(now: Pointer | None) -> Pointer:
            if now is None or now.shadow is None:
                raise RegistryError("no run is scored in shadow")
            return now.shadowed(None, held.token, moment.isoformat(timespec="seconds"))

        return held.commit(
            change, lambda pointer: audit.append(shop.home, moment, actor, "no shadow", token=pointer.token)
        )


def doubts_of(result: Mapping[str, Any]) -> tuple[str, ...]:
    """The doctor's doubts about a run that the shop file does not accept, by name."""
    findings = result.get("doctor", {}).get("findings", ())
    return tuple(
        str(one["name"]) for one in findings if one["suspicion"] == "too_true" and one["accepted"] is None
    )


def _refuse(
    run: str,
    result: Mapping[str, Any],
    doubts: tuple[str, ...],
    unproven: str,
    force: str | None,
    shadow: bool,
) -> None:
    if force is not None and not force.strip():
        raise RegistryError("--force needs a reason: it goes to the audit log")
    if shadow or force is not None:
        return
    verdict = result["verdict"]
    if verdict["kind"] not in BETTER:
        raise RegistryError(
            f"run {run} is not surely better than the best simple rule: {verdict['headline']} "
            'Promote it all the same with: --force "why"'
        )
    if doubts:
        raise RegistryError(
            f"the doctor doubts run {run}: {', '.join(doubts)}. See: willbuy report --run {run}; "
            'promote it all the same with: --force "why"'
        )
    if unproven:
        raise RegistryError(f'{unproven} Promote it all the same with: --force "why"')


def _in_shadow(now: Pointer | None, named: Named, token: int, at: str) -> Pointer:
    if now is None:
        raise RegistryError("there is no champion yet to stand in the shadow of. Run: willbuy promote RUN")
    if now.champion == named:
        raise RegistryError(f"run {named.run} is the champion; another one can be its shadow")
    return now.shadowed(named, token, at)


def _unproven(shop: Common, folder: Path, named: Named) -> str:
    """What to do first, where the service would refuse the run; else ""."""
    parity = read_parity(folder, named.bundle)
    if not isinstance(shop, Shop) or (parity is not None and parity.clean):
        return ""
    return (
        f"the service refuses run {named.run} until it is proven that live and batch features agree. "
        f"Run: willbuy parity --run {named.run}."
    )
