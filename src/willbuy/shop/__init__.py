"""shop.toml: what a user can decide, checked.

Every key has a default but the source and the target. See docs/shop-file.md for each key with an example.
"""

from willbuy.shop.anchors import Anchors
from willbuy.shop.column import ColumnKeys
from willbuy.shop.common import Common
from willbuy.shop.features import Features
from willbuy.shop.load import load_any, load_shop, make_source, make_table
from willbuy.shop.model import Shop, TableShop
from willbuy.shop.names import ShopKeys
from willbuy.shop.offer import Offer
from willbuy.shop.population import Population
from willbuy.shop.section import Kind, Span
from willbuy.shop.serve import Serve
from willbuy.shop.source import Source, SourceRule, SourceTime
from willbuy.shop.storage import Storage
from willbuy.shop.table import Table
from willbuy.shop.target import Target
from willbuy.shop.tracking import Tracking
from willbuy.shop.train import Train
from willbuy.shop.values import check_zone

__all__ = [
    "Anchors",
    "ColumnKeys",
    "Common",
    "Features",
    "Kind",
    "Offer",
    "Population",
    "Serve",
    "Shop",
    "ShopKeys",
    "Source",
    "SourceRule",
    "SourceTime",
    "Span",
    "Storage",
    "Table",
    "TableShop",
    "Target",
    "Tracking",
    "Train",
    "check_zone",
    "load_any",
    "load_shop",
    "make_source",
    "make_table",
]
