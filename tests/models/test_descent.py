"""Trees as flat arrays: descent by hand, and arrays that are no trees."""

import numpy as np
import pytest

from willbuy.errors import BundleError
from willbuy.models.descent import Forest

# x0 < 3 (nulls right) ? (x1 < 1 (nulls left) ? -2 : -1) : 5        and a single leaf: 7
TREES = {
    "root": [0, 5],
    "feature": [0, 1, 0, 0, 0, 0],
    "threshold": [3.0, 1.0, np.inf, np.inf, np.inf, np.inf],
    "left": [1, 3, 2, 3, 4, 5],
    "null_left": [0, 1, 1, 1, 1, 1],
    "value": [0.0, 0.0, 5.0, -2.0, -1.0, 7.0],
    "cover": [10, 7, 3, 4, 3, 10],
    "n_features": 2,
}
ROWS = np.array([[0, 0], [0, 1], [0, np.nan], [3, 0], [np.nan, 0], [np.nan, np.nan]], dtype=np.float32)
LEAVES = [-2.0, -1.0, -2.0, 5.0, 5.0, 5.0]


def test_rows_reach_their_leaves():
    forest = Forest(**TREES)
    assert forest.depth == 2
    assert [forest.leaves_of_one(row).tolist() for row in ROWS] == [[leaf, 7.0] for leaf in LEAVES]
    (first, leaves), *rest = forest.leaves(ROWS)
    assert (first, leaves.tolist(), rest) == (0, [LEAVES, [7.0] * 6], [])


def test_chunks_cover_every_row_once(monkeypatch):
    monkeypatch.setattr("willbuy.models.descent.CHUNK", 8)
    chunks = list(Forest(**TREES).leaves(ROWS))
    assert [first for first, _ in chunks] == [0, 4]
    assert np.hstack([leaves for _, leaves in chunks])[0].tolist() == LEAVES


def test_a_tree_without_any_split_and_no_trees_at_all():
    leaf = {**TREES, "root": [5]}
    assert Forest(**leaf).leaves_of_one(ROWS[0]).tolist() == [7.0]
    none = {name: [] for name in TREES} | {"n_features": 2}
    assert Forest(**none).leaves_of_one(ROWS[0]).tolist() == []


def test_a_deep_thin_tree_ends():
    depth = 300
    # node 2k+2 is the right child of node 2k and splits on; node 2k+1 is a leaf
    nodes = 2 * depth + 1
    left = [node + 1 if node % 2 == 0 and node < nodes - 1 else node for node in range(nodes)]
    leaf = [place == node for node, place in enumerate(left)]
    forest = Forest(
        root=[0],
        feature=[0] * nodes,
        threshold=[np.inf if end else node / 2 for node, end in enumerate(leaf)],
        left=left,
        null_left=[1] * nodes,
        value=[float(node) for node in range(nodes)],
        cover=[1.0] * nodes,
        n_features=1,
    )
    assert forest.depth == depth
    assert forest.leaves_of_one(np.array([100.0], dtype=np.float32)).tolist() == [203.0]
    assert forest.leaves_of_one(np.array([1e9], dtype=np.float32)).tolist() == [float(nodes - 1)]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("root", [0, 6]),
        ("root", [-1, 5]),
        ("feature", [2, 1, 0, 0, 0, 0]),
        ("feature", [-1, 1, 0, 0, 0, 0]),
        ("left", [1, 0, 2, 3, 4, 5]),  # a child before its parent: rows would go round for ever
        ("left", [5, 3, 2, 3, 4, 5]),  # its right child is past the end
        ("left", [1, 3, 2, 3, 4, 6]),
        ("threshold", [np.nan, 1.0, np.inf, np.inf, np.inf, np.inf]),
        ("threshold", [3.0, 1.0, 4.0, np.inf, np.inf, np.inf]),  # a leaf that lets rows fall off to its right
        ("null_left", [0, 1, 0, 1, 1, 1]),
        ("null_left", [2, 1, 1, 1, 1, 1]),
        ("value", [0.0, 0.0, np.nan, -2.0, -1.0, 7.0]),
        ("value", [0.0, 0.0]),
        ("cover", [10.0]),
        ("cover", [10, 7, 3, 4, np.nan, 10]),
        ("cover", [10, 7, 3, 4, -3, 10]),
        ("cover", [10, 7, 3, 0, 0, 10]),  # a split that no row ever met: half of it would be made up
        ("n_features", 0),
    ],
)
def test_arrays_that_are_no_trees_are_refused(name, value):
    with pytest.raises(BundleError, match=r"^trees: "):
        Forest(**{**TREES, name: value})
