"""Colours that people with any colour vision can tell apart (Okabe and Ito, Color Universal Design, 2008)."""

from typing import Final

BLUE, ORANGE, GREEN, VERMILION, PINK, SKY, GREY = (
    "#3b82c4",
    "#e69f00",
    "#009e73",
    "#d55e00",
    "#cc79a7",
    "#56b4e9",
    "#8a909c",
)
KINDS = {
    "view": BLUE,
    "cart": ORANGE,
    "purchase": VERMILION,
    "favourite": GREEN,
    "remove": PINK,
    "other": GREY,
}
EVEN: Final = "viridis"
"""From little to much: its brightness grows evenly, so it survives grey print."""

DIVERGING: Final = "purpleorange"
"""From -1 to 1, white at 0."""
