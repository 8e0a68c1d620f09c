"""shop.toml: what a user can decide, checked.

Every key has a default but the source and the target. See docs/shop-file.md for each key with an example.
"""

from willbuy.shop.load import load_shop, make_source
from willbuy.shop.model import Anchors, Features, Offer, Population, Shop, ShopKeys, Storage, Target, Train
from willbuy.shop.section import Kind, Span
from willbuy.shop.source import Source, SourceRule, SourceTime
from willbuy.shop.values import check_zone

__all__ = [
    "Anchors",
    "Features",
    "Kind",
    "Offer",
    "Population",
    "Shop",
    "ShopKeys",
    "Source",
    "SourceRule",
    "SourceTime",
    "Span",
    "Storage",
    "Target",
    "Train",
    "check_zone",
    "load_shop",
    "make_source",
]
