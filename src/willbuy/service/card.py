"""The model's card: what the bundle says about itself, and how it came to be in service."""

from typing import TYPE_CHECKING, Any

from willbuy.service.models import Current

if TYPE_CHECKING:
    from willbuy.service.holder import Holder
    from willbuy.service.serving import Serving

SAID = (
    "shop",
    "task",
    "target",
    "model",
    "split",
    "parts",
    "test",
    "rules",
    "verdict",
    "threshold",
    "thresholds",
    "bands",
)


def card_of(holder: "Holder", current: Current) -> dict[str, Any]:
    """The model in service as JSON: figures with their intervals, and who else is there."""
    serving = current.serving
    manifest = serving.bundle.manifest
    return {
        "role": "pinned" if holder.pinned else "champion",
        **_who(serving),
        **{name: manifest.get(name) for name in SAID},
        "data": manifest.get("data"),
        "doctor": manifest.get("doctor"),
        "calibrator": manifest.get("calibrator"),
        "features": list(serving.names),
        "aliases": dict(current.fields.aliases),
        "parity": _parity(serving),
        "shadow": None if holder.shadow is None else _who(holder.shadow),
    }


def _who(serving: "Serving") -> dict[str, Any]:
    loaded = serving.loaded_at.isoformat(timespec="seconds")
    return {"version": serving.version, "run": serving.run, "loaded_at": f"{loaded}Z"}


def _parity(serving: "Serving") -> dict[str, Any] | None:
    if serving.parity is None:
        return None
    return {"checked": serving.parity.checked, "mismatches": serving.parity.mismatches}
