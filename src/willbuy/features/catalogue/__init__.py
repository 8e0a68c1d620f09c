"""The default features of a shop, and what its shop file adds, drops and parametrises."""

from willbuy.features.catalogue.choose import features_of
from willbuy.features.catalogue.python_file import load_python

__all__ = ["features_of", "load_python"]
