"""How a log is written: known logs as small data files, and what a shop file says on top of one.

`resolve(source)` is all that a reader needs: it lays the shop file's `[source]` over the preset's and returns
one flat, checked `ResolvedSource`. A new preset is one more TOML file in this folder.
"""

from willbuy.events.presets.library import Preset, get, names
from willbuy.events.presets.overlay import overlay, resolve
from willbuy.events.presets.resolved import KindRule, ResolvedSource

__all__ = ["KindRule", "Preset", "ResolvedSource", "get", "names", "overlay", "resolve"]
