"""Preparation: everything that is fitted between a table's raw columns and a candidate.

The model's inputs are the raw columns as numbers: numbers as they are, flags 0 or 1, a category as the place of its value,
-1 for a value that it does not have, NaN for null. What stands for null, which values a category has, engineered columns
and scales are learnt inside the candidate, from the rows that it is fitted on and no others, and the bundle takes raw
columns. The serving side needs numpy alone.
"""

from willbuy.models.prepare.column import ROLES, RULES, Column
from willbuy.models.prepare.phrases import phrases_of
from willbuy.models.prepare.preparation import Preparation
from willbuy.models.prepare.prepared import Prepared
from willbuy.models.prepare.recipes import RECIPES, recipe_of
from willbuy.models.prepare.records import RecordReader

__all__ = [
    "RECIPES",
    "ROLES",
    "RULES",
    "Column",
    "Preparation",
    "Prepared",
    "RecordReader",
    "phrases_of",
    "recipe_of",
]
