"""A made-up shop's users: what each clicked in a day, and how likely who clicked so is to order on it.

Two hidden traits of a user, how much she wants to buy (`intent`) and how much she looks around (`browsing`), both standard
normal, and flags set before decide on each flag, by a logistic rule. The chance to order is a logistic rule of the flags
alone, some of them by pairs: so it is the best that anybody can know from a row, and a model can be held against it.
"""

import numpy as np
from numpy.typing import NDArray

from willbuy.models.rows import Floats

Flags = dict[str, NDArray[np.bool_]]

DEVICES = {"device_mobile": 0.67, "device_computer": 0.20, "device_tablet": 0.13}
"""Each user has one device."""

RULES: dict[str, dict[str, float]] = {
    "returning_user": {"base": 0.15, "intent": 0.4},
    "loc_uk": {"base": 2.6},
    "saw_homepage": {"base": -1.0, "browsing": 0.6, "returning_user": 0.2},
    "list_size_dropdown": {"base": -1.5, "browsing": 1.0},
    "sort_by": {"base": -4.1, "browsing": 1.0, "list_size_dropdown": 0.8},
    "image_picker": {"base": -4.3, "browsing": 0.8, "intent": 0.5},
    "promo_banner_click": {"base": -4.7, "browsing": 0.9, "saw_homepage": 0.7},
    "saw_sizecharts": {"base": -8.2, "browsing": 0.6, "image_picker": 1.0},
    "detail_wishlist_add": {"base": -6.8, "browsing": 0.6, "returning_user": 0.7},
    "account_page_click": {"base": -6.9, "returning_user": 1.2, "intent": 0.5},
    "basket_add_list": {"base": -3.3, "intent": 1.2, "browsing": 0.3, "list_size_dropdown": 0.6},
    "basket_add_detail": {"base": -2.9, "intent": 1.3, "image_picker": 0.6},
    "basket_icon_click": {"base": -3.4, "intent": 0.9, "basket_add_list": 1.8, "basket_add_detail": 2.2},
    "closed_minibasket_click": {"base": -5.6, "basket_add_list": 1.6, "basket_add_detail": 1.6},
    "saw_delivery": {"base": -6.0, "browsing": 0.5, "basket_add_detail": 0.8},
    "saw_checkout": {"base": -4.5, "intent": 1.0, "basket_icon_click": 3.2, "basket_add_detail": 1.1},
    "sign_in": {"base": -4.5, "intent": 0.8, "returning_user": 1.0, "saw_checkout": 3.6},
    "saw_account_upgrade": {"base": -8.0, "sign_in": 1.8},
    "checked_delivery_detail": {"base": -4.85, "intent": 0.9, "saw_checkout": 3.4, "sign_in": 1.9},
    "checked_returns_detail": {"base": -5.5, "browsing": 0.5, "checked_delivery_detail": 1.6},
}
"""For each flag the log-odds that it is set: `base`, and what the traits and the flags above it add."""

ORDER: dict[str, float] = {
    "base": -8.1,
    "checked_delivery_detail": 3.6,
    "sign_in": 1.9,
    "saw_checkout": 2.0,
    "basket_icon_click": 0.7,
    "basket_add_detail": 0.8,
    "basket_add_list": 0.6,
    "saw_homepage": -0.2,
    "closed_minibasket_click": 0.2,
    "returning_user": 0.3,
    "loc_uk": 0.8,
    "device_computer": 0.3,
    "checked_returns_detail": -0.4,
    "saw_delivery": -0.5,
    "saw_checkout*checked_delivery_detail": 0.6,
    "sign_in*basket_add_detail": 0.4,
    "device_mobile*list_size_dropdown": -0.2,
}
"""The log-odds to order: `base`, and what each flag or pair of flags adds where it is set."""


def draw(rng: np.random.Generator, users: int) -> Flags:
    """Draw what users clicked: for each flag whether it is set (users,)."""
    causes: dict[str, NDArray[np.float64] | NDArray[np.bool_]] = {
        "base": np.ones(users), "intent": rng.normal(size=users), "browsing": rng.normal(size=users),
    }  # fmt: skip
    device = rng.choice(len(DEVICES), size=users, p=list(DEVICES.values()))
    flags: Flags = {name: device == number for number, name in enumerate(DEVICES)}
    for name, rule in RULES.items():
        odds = np.zeros(users)
        for cause, weight in rule.items():
            odds += weight * causes[cause]
        flags[name] = causes[name] = rng.random(users) < logistic(odds)
    return flags


def probability(flags: Flags) -> Floats:
    """The true probability (users,) to order, given the flags.

    >>> nothing = {name: np.zeros(1, dtype=bool) for name in (*DEVICES, *RULES)}
    >>> round(float(probability(nothing)[0]), 6)
    0.000303
    """
    odds = np.zeros(len(next(iter(flags.values()))))
    for causes, weight in ORDER.items():
        found = [flags[cause] for cause in causes.split("*") if cause != "base"]
        odds += weight * np.logical_and.reduce(found) if found else weight
    return logistic(odds)


def logistic(odds: Floats) -> Floats:
    """The probability (n,) of log-odds (n,)."""
    return np.asarray(1.0 / (1.0 + np.exp(-odds)))
