"""How a log is read: a shop file's `[source]` laid over its preset's, as one flat value.

`resolve(source)` is all that a reader needs. The presets themselves are data files, see `willbuy.shop.presets`.
"""

from willbuy.events.presets.overlay import overlay, resolve
from willbuy.events.presets.resolved import KindRule, ResolvedSource
from willbuy.shop.presets import Preset, get, names

__all__ = ["KindRule", "Preset", "ResolvedSource", "get", "names", "overlay", "resolve"]
