"""The recipe of 23 click flags a user's day: flags that mean more together, an engagement and an intent score.

What of the flags a table lacks is left out of the scores; an interaction needs both of its flags.
"""

from willbuy.models.prepare.recipes.arithmetic import both, mean
from willbuy.models.prepare.recipes.protocol import Engineered, Recipe

INTENT = (
    "basket_icon_click",
    "basket_add_list",
    "basket_add_detail",
    "checked_delivery_detail",
    "checked_returns_detail",
    "sign_in",
    "saw_checkout",
    "saw_delivery",
)
ENGAGEMENT = (
    "sort_by",
    "image_picker",
    "account_page_click",
    "promo_banner_click",
    "detail_wishlist_add",
    "list_size_dropdown",
    "closed_minibasket_click",
    "saw_sizecharts",
    "saw_account_upgrade",
    "saw_homepage",
)
BASKET = ("basket_add_list", "basket_add_detail")
DEVICES = ("device_mobile", "device_computer", "device_tablet")
BEHAVIOUR = ("basket_add_detail", "saw_checkout", "checked_delivery_detail")


def _together(one: str, other: str) -> Engineered:
    return both(f"{one}_x_{other}", f"{one} and {other}", one, other)


PROPENSITY_FLAGS = Recipe(
    "propensity_flags",
    "clicks of a user's day as flags",
    (
        _together("saw_checkout", "checked_delivery_detail"),
        _together("saw_checkout", "saw_delivery"),
        *(_together("sign_in", basket) for basket in BASKET),
        *(_together(device, behaviour) for device in DEVICES for behaviour in BEHAVIOUR),
        Engineered("engagement_score", "share of the flags of looking around", ENGAGEMENT, mean, any_of=True),
        Engineered("intent_score", "share of the flags of buying", INTENT, mean, any_of=True),
    ),
)
