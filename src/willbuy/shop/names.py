"""`[shop]`: what the shop is called."""

from willbuy.shop.section import Section, Zone, key


class ShopKeys(Section):
    """What the shop is called, and which clock its days follow."""

    name: str = key("The shop's name in reports.", "Ladybird Gifts", "shop", min_length=1)
    zone: Zone = key(
        "The zone that cuts days, hours and the grid of anchors. Storage stays UTC.", "Europe/London", "UTC"
    )
