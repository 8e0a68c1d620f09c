"""Features that a shop writes in Python: a file beside shop.toml with a tuple FEATURES."""

import importlib.util
from typing import TYPE_CHECKING

from willbuy.errors import ShopError
from willbuy.features.algebra import Feature

if TYPE_CHECKING:
    from willbuy.shop import Shop


def load_python(shop: "Shop") -> tuple[Feature, ...]:
    """Run the file of `features.python` and return its FEATURES; () where the shop has none.

    Its classes join the algebra, so this must be called before a bundle's features are read back as well. Raises
    ShopError where the file is not there, fails, or defines no FEATURES.
    """
    if shop.features.python is None:
        return ()
    path = shop.folder / shop.features.python
    if not path.is_file():
        raise ShopError(f"features.python: there is no file {path}")
    spec = importlib.util.spec_from_file_location(f"willbuy_shop_{path.stem}", path)
    if spec is None or spec.loader is None:
        raise ShopError(f"features.python: {path.name} is no Python file; its name must end in .py")
    module = importlib.util.module_from_spec(spec)
    try:
        spec.loader.exec_module(module)
    except ShopError:
        raise
    except Exception as error:
        raise ShopError(f"features.python: {path.name} failed: {type(error).__name__}: {error}") from error
    found = getattr(module, "FEATURES", None)
    if not isinstance(found, tuple | list) or not all(isinstance(feature, Feature) for feature in found):
        raise ShopError(f"features.python: {path.name} must define FEATURES, a tuple of features")
    return tuple(found)
