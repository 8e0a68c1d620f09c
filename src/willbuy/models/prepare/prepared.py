"""A fitted preparation: raw rows in, rows that a model learns from and scores out. numpy alone, no fit on what it serves."""

import json
from collections.abc import Mapping
from functools import cached_property
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from willbuy.errors import BundleError, NotEnoughData, listed
from willbuy.models.manifest import canonical
from willbuy.models.prepare.fill import fills, typical
from willbuy.models.prepare.one_hot import OneHot
from willbuy.models.prepare.phrases import phrases_of
from willbuy.models.prepare.preparation import Preparation
from willbuy.models.prepare.recipes.protocol import UNKNOWN, Engineered, Label, Sources
from willbuy.models.prepare.scale import scales
from willbuy.models.rows import LARGEST, Floats

OWN = ("declared", "fill", "typical", "learnt", "learnt_sizes", "off", "by")


class Prepared:
    """What was learnt of the fitted rows, as flat arrays; a row's result does not depend on the rows beside it.

    Outputs, in order: numbers and flags, engineered columns, one-hot columns.
    """

    def __init__(
        self,
        declared: Preparation,
        *,
        fill: Floats,
        typical: Floats,
        learnt: tuple[Floats, ...],
        hot: OneHot,
        off: Floats | None = None,
        by: Floats | None = None,
    ) -> None:
        self.declared = declared
        self.fill, self.typical, self.learnt, self.hot = fill, typical, learnt, hot
        scaled = len(self.scaled_outputs)
        self.off = np.zeros(scaled) if off is None else off
        self.by = np.ones(scaled) if by is None else by
        self._check()

    def _check(self) -> None:
        width = len(self.declared.columns)
        made = (*self._engineered, *self._labels)
        if self.fill.shape != (width,) or self.typical.shape != (width,) or len(self.learnt) != len(made):
            raise BundleError(f"a preparation of {width} columns does not have their figures")
        if (
            self.off.shape != self.by.shape
            or len(self.off) != len(self.scaled_outputs)
            or not (self.by > 0).all()
        ):
            raise BundleError("a preparation's scales do not fit its numbers")
        coded = ((int(place), code) for place, code in zip(self.hot.column, self.hot.code, strict=True))
        if any(place >= width or code >= len(self._values(place)) for place, code in coded):
            raise BundleError("a preparation's one-hot columns are of values that no category has")

    def _values(self, place: int) -> tuple[str, ...]:
        return self.declared.columns[place].every_value

    @property
    def _engineered(self) -> tuple[Engineered, ...]:
        return self.declared.made.engineered

    @property
    def _labels(self) -> tuple[Label, ...]:
        return self.declared.made.labels

    @cached_property
    def plain_places(self) -> list[int]:
        """The columns that are passed on."""
        return [p for p, column in enumerate(self.declared.columns) if column.role != "category"]

    @cached_property
    def scaled_outputs(self) -> list[int]:
        """The outputs that are scaled: numbers and engineered columns."""
        numbers = [o for o, p in enumerate(self.plain_places) if self.declared.columns[p].role == "number"]
        return [*numbers, *range(len(self.plain_places), len(self.plain_places) + len(self._engineered))]

    @cached_property
    def names(self) -> tuple[str, ...]:
        """The outputs' names, each once."""
        columns, taken = self.declared.columns, set[str]()
        wanted = [columns[place].name for place in self.plain_places]
        wanted += [*(made.name for made in self._engineered), *self.hot.names(columns)]
        return tuple(_free(name, taken) for name in wanted)

    @cached_property
    def source_of(self) -> tuple[tuple[str, ...], ...]:
        """For each output the raw columns that it is made of, which share its credit evenly."""
        columns = self.declared.columns
        plain = [(columns[place].name,) for place in self.plain_places]
        hot = [(columns[place].name,) for place in self.hot.columns]
        return (*plain, *(made.sources for made in self._engineered), *hot)

    def transform(self, X: Floats) -> Floats:
        """Rows (n, outputs) of raw rows (n, columns), which stay as they are. Never infinite; null where nothing is known."""
        filled = self._filled(X)
        found = self._unscaled(filled)
        scaled = self.scaled_outputs
        if self.declared.scale != "none":
            with np.errstate(over="ignore"):  # it is clipped below
                found[:, scaled] = (found[:, scaled] - self.off) / self.by
        return np.clip(found, -LARGEST, LARGEST, out=found)

    def _filled(self, X: Floats) -> Floats:
        null = np.isnan(X)
        return np.where(null, self.fill, X) if null.any() else X

    def _unscaled(self, filled: Floats) -> Floats:
        plain, made = len(self.plain_places), len(self._engineered)
        found = np.empty((len(filled), plain + made + self.hot.width))
        found[:, :plain] = filled[:, self.plain_places]
        sources = Sources(self.declared.columns, filled)
        for place, (engineered, learnt) in enumerate(zip(self._engineered, self.learnt, strict=False)):
            found[:, plain + place] = _finite(engineered.value(sources, engineered.sources, learnt))
        self.hot.of(filled, found[:, plain + made :])
        return found

    def labels(self, X: Floats) -> dict[str, list[str]]:
        """By label (such as the behavioural segment) the text for each row; "unknown" where its sources are null."""
        sources = Sources(self.declared.columns, self._filled(X))
        found = {}
        for label, learnt in zip(self._labels, self.learnt[len(self._engineered) :], strict=True):
            place = label.value(sources, label.sources, learnt)
            texts = np.array([*label.values, UNKNOWN], dtype=object)
            found[label.name] = texts[np.where(np.isnan(place), -1, place).astype(np.intp)].tolist()
        return found

    def unseen(self, X: Floats) -> dict[str, int]:
        """By category, how many rows hold a value that the fitted rows did not; they are scored all the same."""
        filled = self._filled(X)
        counts = self.hot.unseen(filled)
        return {
            column.name: counts.get(place, int(np.count_nonzero(~np.isnan(filled[:, place]))))
            for place, column in enumerate(self.declared.columns)
            if column.role == "category"
        }

    def phrases(self) -> dict[str, dict[str, Any]]:
        """By raw column how its values are said to people, for a bundle's manifest."""
        columns = self.declared.columns
        return {column.name: phrases_of(column, float(self.typical[p])) for p, column in enumerate(columns)}

    def arrays(self) -> dict[str, NDArray[Any]]:
        """The arrays that make it anew; the declaration as the bytes of its JSON."""
        declared = np.frombuffer(canonical(self.declared.to_dict()), dtype=np.uint8)
        sizes = np.array([len(learnt) for learnt in self.learnt], dtype=np.int64)
        learnt = np.concatenate([np.empty(0), *self.learnt])
        own = (declared, self.fill, self.typical, learnt, sizes, self.off, self.by)
        return {**dict(zip(OWN, own, strict=True)), **self.hot.arrays()}

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, NDArray[Any]]) -> Self:
        """Make it from `arrays()`. Raises BundleError where they do not fit together."""
        if set(arrays) != {*OWN, *OneHot.arrays_of}:
            raise BundleError(f"a preparation has the arrays {', '.join(sorted(arrays))}")
        sizes = arrays["learnt_sizes"]
        if (sizes < 0).any() or int(sizes.sum()) != len(arrays["learnt"]):
            raise BundleError("a preparation's learnt numbers are not as many as it says")
        return cls(
            Preparation.from_dict(json.loads(arrays["declared"].astype(np.uint8).tobytes())),
            fill=arrays["fill"],
            typical=arrays["typical"],
            learnt=tuple(np.split(arrays["learnt"], np.cumsum(sizes)[:-1])) if len(sizes) else (),
            hot=OneHot.from_arrays(arrays),
            off=arrays["off"],
            by=arrays["by"],
        )


def fit(declared: Preparation, X: Floats) -> Prepared:
    """Learn fills, engineered columns, the values of categories and scales, each from the rows as the step before left them."""
    rows = np.ascontiguousarray(X, dtype=np.float64)
    if rows.ndim != 2 or rows.shape[1] != len(declared.columns):
        raise ValueError(f"rows of shape {rows.shape}; expected (n, {len(declared.columns)})")
    fill = fills(declared.columns, rows)
    filled = np.where(np.isnan(rows), fill, rows)
    sources, made = Sources(declared.columns, filled), declared.made
    of_labels = [label.fit(sources, label.sources) for label in made.labels]
    learnt = (*(column.fit(sources, column.sources) for column in made.engineered), *of_labels)
    hot = OneHot.fit(declared.columns, filled, declared.rare)
    found = Prepared(declared, fill=fill, typical=typical(declared.columns, rows), learnt=learnt, hot=hot)
    if not found.names:
        raise NotEnoughData(
            f"no row holds a value of {listed(declared.names)}; a model needs one column with values"
        )
    if declared.scale == "none":
        return found
    off, by = scales(declared.scale, found._unscaled(filled)[:, found.scaled_outputs])
    return Prepared(declared, fill=fill, typical=found.typical, learnt=learnt, hot=hot, off=off, by=by)


def _finite(values: Floats) -> Floats:
    """Nothing infinite leaves a recipe: such a value is not known."""
    return np.where(np.isinf(values), np.nan, values)


def _free(name: str, taken: set[str]) -> str:
    """The name, with marks behind it until it is free; now it is taken."""
    while name in taken:
        name += "'"
    taken.add(name)
    return name
