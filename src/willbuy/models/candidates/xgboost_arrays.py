"""From an XGBoost model to flat arrays: each tree's nodes laid out level by level, children side by side."""

import json
from typing import TYPE_CHECKING, Any

import numpy as np

from willbuy.models.descent import Forest

if TYPE_CHECKING:
    import xgboost

Columns = dict[str, list[Any]]


def forest_of(booster: "xgboost.Booster", n_features: int) -> Forest:
    """The trees of a booster of numeric features, in their order."""
    learner = json.loads(booster.save_raw("json"))["learner"]
    columns: Columns = {name: [] for name in ("feature", "threshold", "left", "null_left", "value", "cover")}
    roots = [_append(columns, tree) for tree in learner["gradient_booster"]["model"]["trees"]]
    value = np.asarray(columns.pop("value"), dtype=np.float32)
    return Forest(root=roots, n_features=n_features, value=value, **columns)


def _append(columns: Columns, tree: dict[str, Any]) -> int:
    """Append one tree's nodes to the columns and return where its root stands."""
    root = len(columns["left"])
    queue = [0]  # XGBoost's own numbers, in the order of ours
    for place, node in enumerate(queue, start=root):
        condition, cover = tree["split_conditions"][node], tree["sum_hessian"][node]
        if tree["left_children"][node] == -1:
            leaf = {"feature": 0, "threshold": np.inf, "left": place, "null_left": 1}
            _node(columns, **leaf, value=condition, cover=cover)
            continue
        left = root + len(queue)
        split = {"feature": tree["split_indices"][node], "null_left": tree["default_left"][node]}
        _node(columns, **split, threshold=condition, left=left, value=0.0, cover=cover)
        queue += [tree["left_children"][node], tree["right_children"][node]]
    return root


def _node(columns: Columns, **values: Any) -> None:
    for name, value in values.items():
        columns[name].append(value)
