"""What the shop file of a log and that of a table have in common."""

from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo

from pydantic import BeforeValidator, Field

from willbuy.shop.doctor import Doctor
from willbuy.shop.names import ShopKeys
from willbuy.shop.offer import Offer
from willbuy.shop.section import Section
from willbuy.shop.serve import Serve
from willbuy.shop.storage import Storage
from willbuy.shop.tracking import Tracking, short_form
from willbuy.shop.train import Train


class Common(Section):
    """The sections that any shop file may hold, and the folder that the file lies in."""

    shop: ShopKeys = ShopKeys()
    train: Train = Train()
    offer: Offer = Offer()
    storage: Storage = Storage()
    doctor: Doctor = Doctor()
    tracking: Annotated[Tracking, BeforeValidator(short_form)] = Tracking()
    serve: Serve = Serve()
    folder: Path = Field(default=Path(), exclude=True)

    @property
    def home(self) -> Path:
        """The folder that holds the shop's state."""
        return self.folder / self.storage.home

    @property
    def zone(self) -> ZoneInfo:
        """The zone that decides days, hours and the grid; storage stays UTC."""
        return ZoneInfo(self.shop.zone)

    @classmethod
    def sections(cls) -> tuple[str, ...]:
        """The sections in the order in which one reads a shop file: its name, what is its own, what all have.

        >>> Common.sections()
        ('shop', 'train', 'offer', 'storage', 'doctor', 'tracking', 'serve')
        """
        shared = [name for name, field in Common.model_fields.items() if not field.exclude]
        own = [name for name in cls.model_fields if name not in Common.model_fields]
        return (shared[0], *own, *shared[1:])
