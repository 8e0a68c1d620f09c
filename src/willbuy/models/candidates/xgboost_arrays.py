"""From an XGBoost model to flat arrays: each tree's nodes laid out level by level, children side by side.

The base, which every sum of leaves starts from, is asked of XGBoost itself, so that not even the last bit is a guess.
"""

import json
from typing import TYPE_CHECKING, Any

import numpy as np

from willbuy.models.descent import Forest

if TYPE_CHECKING:
    import xgboost

Columns = dict[str, list[Any]]


def forest_of(booster: "xgboost.Booster", n_features: int) -> Forest:
    """The trees of a booster of numeric features, in their order."""
    learner = _model(booster)["learner"]
    columns: Columns = {name: [] for name in ("feature", "threshold", "left", "null_left", "value", "cover")}
    roots = [_append(columns, tree) for tree in learner["gradient_booster"]["model"]["trees"]]
    value = np.asarray(columns.pop("value"), dtype=np.float32)
    return Forest(root=roots, n_features=n_features, value=value, **columns)


def based(booster: "xgboost.Booster", base_score: float) -> "tuple[xgboost.Booster, np.float32]":
    """The booster with its sums starting from the log-odds of the probability `base_score`, and those log-odds.

    Its own base stands in its file as text; it is replaced by the text that XGBoost writes for the wanted one.
    """
    import xgboost

    width = booster.num_features()
    blank = xgboost.DMatrix(np.zeros((1, width), dtype=np.float32), label=np.zeros(1), nthread=1)
    parameters = {"objective": "binary:logistic", "base_score": base_score, "nthread": 1, "verbosity": 0}
    nothing = xgboost.train(parameters, blank, num_boost_round=0)
    base = np.float32(nothing.predict(blank, output_margin=True)[0])
    wanted = _model(nothing)["learner"]["learner_model_param"]["base_score"]
    model = _model(booster)
    figures = model["learner"]["learner_model_param"]
    if figures["base_score"] == wanted:
        return booster, base
    figures["base_score"] = wanted
    return xgboost.Booster(model_file=bytearray(json.dumps(model).encode())), base


def _model(booster: "xgboost.Booster") -> dict[str, Any]:
    return dict(json.loads(booster.save_raw("json")))


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
