"""A whole shop file: of a log, or of a table."""

from pydantic import model_validator

from willbuy.shop.anchors import Anchors
from willbuy.shop.common import Common
from willbuy.shop.features import Features
from willbuy.shop.population import Population
from willbuy.shop.source import Source
from willbuy.shop.table import Table
from willbuy.shop.target import Target


class Shop(Common):
    """The shop file of a log of events."""

    source: Source
    target: Target
    population: Population = Population()
    anchors: Anchors = Anchors()
    features: Features = Features()

    @model_validator(mode="after")
    def _agree(self) -> "Shop":
        if self.features.catalogue == "session" and self.target.within != "session":
            raise ValueError(
                f'features.catalogue = "session" contradicts target.within = "{self.target.within}": '
                'take "clicks" or "purchases", or within = "session"'
            )
        return self


class TableShop(Common):
    """The shop file of a table: one row a session or customer."""

    table: Table
