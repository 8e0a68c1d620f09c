"""willbuy: who is going to buy, how sure are we, and whom is it worth acting on."""

from importlib import import_module
from typing import Any

__version__ = "0.1.0"


def __getattr__(name: str) -> Any:
    """`willbuy.load(folder, expected_id=None)` loads a bundle; numpy is imported only once it is asked for."""
    if name == "load":
        return import_module("willbuy.models.bundle").load_bundle
    raise AttributeError(f"module 'willbuy' has no attribute {name!r}")
