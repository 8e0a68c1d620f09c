"""Known logs, each a TOML file with the keys of a shop file, and in `tables/` known tables.

A new preset is one more file.
"""

from willbuy.shop.presets.library import Preset, TablePreset, get, get_table, names, table_names

__all__ = ["Preset", "TablePreset", "get", "get_table", "names", "table_names"]
