"""Recipes: engineered columns of known kinds of tables, a recipe a file."""

from willbuy.errors import ShopError, did_you_mean, printable
from willbuy.models.prepare.recipes.online_shoppers import ONLINE_SHOPPERS
from willbuy.models.prepare.recipes.propensity_flags import PROPENSITY_FLAGS
from willbuy.models.prepare.recipes.protocol import Engineered, Label, Recipe, Sources
from willbuy.models.prepare.recipes.retailtech import RETAILTECH

NONE = Recipe("none", "the columns as they are")
RECIPES: dict[str, Recipe] = {
    recipe.name: recipe for recipe in (NONE, ONLINE_SHOPPERS, RETAILTECH, PROPENSITY_FLAGS)
}


def recipe_of(name: str) -> Recipe:
    """The recipe of a name. Raises ShopError with the nearest right spelling."""
    if name not in RECIPES:
        raise ShopError(
            f"no recipe '{printable(name)}'; expected one of {', '.join(RECIPES)}.{did_you_mean(name, RECIPES)}"
        )
    return RECIPES[name]


__all__ = ["RECIPES", "Engineered", "Label", "Recipe", "Sources", "recipe_of"]
