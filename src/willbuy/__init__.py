"""willbuy: who is going to buy, how sure are we, and whom is it worth acting on."""

import os
from importlib import import_module
from typing import Any

__version__ = "0.1.0"

# OpenMP threads that wait for each other sleep instead of spinning. Read when xgboost and scikit-learn load their
# libraries, so it stands before any of them. On a busy two-core machine one fit took a fifth of the CPU time.
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")


def __getattr__(name: str) -> Any:
    """`willbuy.load(folder, expected_id=None)` loads a bundle; `willbuy.Client` and `willbuy.AsyncClient` ask a service.

    What these need, numpy or httpx, is imported only once they are asked for.
    """
    if name == "load":
        return import_module("willbuy.models.bundle").load_bundle
    if name in ("Client", "AsyncClient"):
        return getattr(import_module("willbuy.client"), name)
    raise AttributeError(f"module 'willbuy' has no attribute {name!r}")
