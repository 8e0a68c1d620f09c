"""The declared way from a table's raw columns to what a candidate learns from; fitted on rows, it is `Prepared`."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Self

from willbuy.errors import ShopError, did_you_mean, printable
from willbuy.models.prepare.column import Column
from willbuy.models.prepare.recipes import Recipe, recipe_of
from willbuy.models.prepare.scale import SCALES
from willbuy.models.rows import Floats

if TYPE_CHECKING:
    from willbuy.models.prepare.prepared import Prepared

RARE = 10


@dataclass(frozen=True)
class Preparation:
    """Raw columns, the recipe of engineered ones, and how numbers are scaled.

    A category has a 0/1 column for each value; one on fewer than `rare` fitted rows shares a column with its like.

    >>> import numpy as np
    >>> pages = Column("pages", "number", missing="median")
    >>> prepared = Preparation((pages,), scale="min_max").fit(np.array([[1.0], [np.nan], [3.0]]))
    >>> prepared.transform(np.array([[np.nan], [5.0]])).tolist()
    [[0.5], [2.0]]
    """

    columns: tuple[Column, ...]
    recipe: str = "none"
    scale: str = "none"
    rare: int = RARE
    made: Recipe = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        names = [column.name for column in self.columns]
        twice = [name for name in names if names.count(name) > 1] if len(set(names)) < len(names) else []
        if not names or twice:
            raise ShopError(
                f"two columns are named '{printable(twice[0])}'" if twice else "a table without a column"
            )
        if self.scale not in SCALES:
            raise ShopError(
                f"scale = '{printable(self.scale)}'; expected one of {', '.join(SCALES)}."
                f"{did_you_mean(self.scale, SCALES)}"
            )
        object.__setattr__(self, "made", recipe_of(self.recipe).on(self.columns))

    @property
    def names(self) -> tuple[str, ...]:
        """The raw columns' names, in order: what a model's rows hold."""
        return tuple(column.name for column in self.columns)

    def fit(self, X: Floats) -> "Prepared":
        """Learn everything that is learnt from these rows (n, columns) alone."""
        from willbuy.models.prepare.prepared import fit

        return fit(self, X)

    def apart(self, X: Floats, others: Floats) -> tuple[Floats, Floats]:
        """Rows and other rows as a model sees them, by what was learnt from the former alone."""
        prepared = self.fit(X)
        return prepared.transform(X), prepared.transform(others)

    def to_dict(self) -> dict[str, Any]:
        """For the bundle."""
        columns = [column.to_dict() for column in self.columns]
        own = ("recipe", "scale", "rare")
        return {"columns": columns, **{name: getattr(self, name) for name in own}}

    @classmethod
    def from_dict(cls, fields: Mapping[str, Any]) -> Self:
        """The preparation of `to_dict`."""
        columns = tuple(Column.from_dict(column) for column in fields["columns"])
        return cls(**{**fields, "columns": columns})
