"""Known logs, each a TOML file with the keys of a shop file. A new preset is one more file in this folder."""

from willbuy.shop.presets.library import Preset, get, names

__all__ = ["Preset", "get", "names"]
