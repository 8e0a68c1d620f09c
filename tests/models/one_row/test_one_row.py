"""One row at a time gives the bits of the same row among many: any family, any trees, nulls, any calibrator."""

import threading

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from made_up_models import random_calibrator, random_rows, random_scorer, random_trees
from models.prepare.tables import COLUMNS, NAMES, make_table
from models.prepare.test_recipes import TABLES
from willbuy.errors import InputError
from willbuy.models.bundle import Bundle
from willbuy.models.descent import Forest
from willbuy.models.one_row import OneScore, ruling_out, score_one
from willbuy.models.one_row.crown import Crown
from willbuy.models.one_row.prepared import OneOfPrepared
from willbuy.models.one_row.score import one_row
from willbuy.models.prepare import Preparation
from willbuy.models.rows import LARGEST
from willbuy.models.scorers import PreparedScorer, Scorer

FAMILIES = ("boosting", "forest", "logistic")


def bundle_of(scorer: Scorer, calibrator) -> Bundle:
    names = [f"feature_{place}" for place in range(scorer.n_features)]
    return Bundle("", {"feature_names": names, "threshold": 0.5}, scorer, calibrator, {})


def one_by_one(bundle: Bundle, rows: np.ndarray) -> tuple[list[float], list[float]]:
    one = score_one(bundle)
    found = [one(row) for row in rows]
    return [log_odds for log_odds, _ in found], [probability for _, probability in found]


@settings(max_examples=60)
@given(
    seed=st.integers(0, 2**32 - 1),
    family=st.sampled_from(FAMILIES),
    calibrator=st.sampled_from(["sigmoid", "isotonic"]),
    width=st.integers(1, 40),
    trees=st.integers(0, 40),
    depth=st.integers(0, 11),
    knots=st.integers(1, 60),
)
def test_the_same_bits_as_among_many(seed, family, calibrator, width, trees, depth, knots):
    random = np.random.default_rng(seed)
    scorer = random_scorer(random, family, width, trees, depth)
    bundle = bundle_of(scorer, random_calibrator(random, calibrator, knots))
    rows = random_rows(random, 40, width) * np.exp(random.normal(0, 3, width))
    log_odds, probability = one_by_one(bundle, rows)
    assert log_odds == bundle.log_odds(rows).tolist()
    assert probability == bundle.predict_proba(rows).tolist()


@pytest.mark.parametrize("family", FAMILIES)
def test_the_same_bits_at_the_edges(family):
    random = np.random.default_rng(4)
    bundle = bundle_of(random_scorer(random, family, 3, 10, 6), random_calibrator(random, "sigmoid"))
    edges = np.array([0.0, -0.0, LARGEST, -LARGEST, 1e-310, -5e-324, np.nan, 16777217.0])
    rows = np.array(np.meshgrid(edges, edges, edges)).reshape(3, -1).T
    log_odds, probability = one_by_one(bundle, rows)
    assert log_odds == bundle.log_odds(rows).tolist()
    assert probability == bundle.predict_proba(rows).tolist()


def test_the_same_bits_at_the_thresholds():
    """A value that equals a threshold as float32, or lies next to it, goes the same way."""
    random = np.random.default_rng(5)
    bundle = bundle_of(random_scorer(random, "boosting", 4, 30, 7), random_calibrator(random, "isotonic"))
    known = bundle.scorer.forest.threshold
    near = random.choice(known[np.isfinite(known)], size=(300, 4)).astype(np.float64)
    rows = np.nextafter(near, near + random.integers(-1, 2, near.shape))
    assert one_by_one(bundle, rows)[0] == bundle.log_odds(rows).tolist()


SINGLES = st.floats(width=32, allow_nan=False, allow_infinity=False)


@settings(max_examples=300)
@given(st.lists(SINGLES, min_size=1, max_size=5, unique=True), st.data())
def test_a_double_reaches_a_threshold_where_its_float32_does(found: list[float], data: st.DataObject) -> None:
    """Also halfway between two float32s, and next to that."""
    thresholds = np.unique(np.array(found, dtype=np.float32))
    bounds = ruling_out.reaching(thresholds)
    one = data.draw(st.sampled_from(bounds.tolist()))
    with np.errstate(over="ignore"):
        near = [one, np.nextafter(one, np.inf), np.nextafter(one, -np.inf), data.draw(SINGLES)]
    for value in np.clip(near, -LARGEST, LARGEST):
        reached = thresholds.searchsorted(np.float32(value), "right")
        assert bounds.searchsorted(value, "right") == reached


@settings(max_examples=60)
@given(
    seed=st.integers(0, 2**32 - 1),
    trees=st.integers(1, 20),
    depth=st.integers(0, 9),
    largest=st.sampled_from((0, ruling_out.LARGEST)),
)
def test_a_crown_finds_the_leaves_that_a_row_finds(seed, trees, depth, largest):
    """Whether the table of its doors is small enough to be used or not."""
    random = np.random.default_rng(seed)
    forest = random_trees(random, trees, depth, 5, shares=bool(seed % 2), grow=0.8)
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(ruling_out, "LARGEST", largest)
        crown = Crown(forest, np.empty(trees, dtype=forest.value.dtype))
    for row in random_rows(random, 10, 5):
        assert crown.descend(row).tolist() == forest.leaves_of_one(row.astype(np.float32)).tolist()


def test_a_chain_that_only_ever_turns_right_is_followed_to_its_end():
    depth = 50
    left = [node + 1 if node % 2 == 0 and node < 2 * depth else node for node in range(2 * depth + 1)]
    inner = [place != node for node, place in enumerate(left)]
    forest = Forest(
        root=[0],
        feature=[0] * len(left),
        threshold=[node / 2 if split else np.inf for node, split in enumerate(inner)],
        left=left,
        null_left=[0 if split else 1 for split in inner],
        value=np.arange(len(left), dtype=np.float32),
        cover=np.ones(len(left)),
        n_features=1,
    )
    crown = Crown(forest, np.empty(1, dtype=np.float32))
    for value in (-1.0, 0.0, 3.0, 4.0, 17.5, 49.0, 1e9, np.nan):
        assert crown.descend([value])[0] == forest.leaves_of_one(np.array([value], np.float32))[0]


TABLE = make_table(400, seed=3)[0]


@pytest.mark.parametrize("scale", ["none", "standard", "min_max"])
@pytest.mark.parametrize("family", FAMILIES)
def test_a_prepared_row_has_the_same_bits(scale, family):
    random = np.random.default_rng(6)
    prepared = Preparation(COLUMNS, scale=scale, rare=20).fit(TABLE)
    inner = random_scorer(random, family, len(prepared.names), 20, 6)
    scorer = PreparedScorer(prepared, inner)
    bundle = Bundle(
        "", {"feature_names": NAMES, "threshold": 0.5}, scorer, random_calibrator(random, "isotonic"), {}
    )
    rows = TABLE.copy()
    rows[random.random(rows.shape) < 0.1] = np.nan
    assert one_by_one(bundle, rows)[1] == bundle.predict_proba(rows).tolist()


numbers = st.one_of(
    st.sampled_from([0.0, -0.0, 1.0, np.nan, LARGEST, -LARGEST, 1e-300]),
    st.floats(-1e6, 1e6, allow_nan=False),
)


@pytest.mark.parametrize("recipe", TABLES)
@settings(max_examples=60)
@given(data=st.data())
def test_a_recipe_gives_the_same_bits_for_one_row(recipe, data):
    columns = TABLES[recipe]
    codes = {
        "number": numbers,
        "flag": st.sampled_from([0.0, 1.0, np.nan]),
        "category": st.sampled_from([-1.0, 0.0, 3.0, 11.0, 12.0, 99.0, np.nan]),
    }
    rows = data.draw(st.lists(st.tuples(*(codes[c.role] for c in columns)), min_size=4, max_size=8))
    X = np.array(rows)
    scale = data.draw(st.sampled_from(["none", "standard"]))
    with np.errstate(all="ignore"):
        prepared = Preparation(columns, recipe=recipe, scale=scale, rare=1).fit(X)
        expected = prepared.transform(X)
    one = OneOfPrepared(prepared, one_row(random_scorer(np.random.default_rng(1), "logistic", 1, 0, 0)))
    found = np.array([one.prepare(row) for row in X.tolist()])
    np.testing.assert_array_equal(found, expected)  # NaN equals NaN
    assert (np.signbit(found) == np.signbit(expected))[~np.isnan(expected)].all()


@pytest.mark.parametrize(
    ("row", "message"),
    [
        (np.zeros(2), r"shape \(2,\); expected \(3,\)"),
        (np.zeros((1, 3)), r"shape \(1, 3\)"),
        (np.array([0.0, np.inf, 0.0]), "feature_1 holds an infinite"),
        (np.array([0.0, np.nan, -1e39]), "feature_2 holds an infinite or over-large"),
    ],
)
def test_what_is_no_row_is_refused(row, message):
    random = np.random.default_rng(7)
    one = score_one(
        bundle_of(random_scorer(random, "boosting", 3, 5, 3), random_calibrator(random, "sigmoid"))
    )
    with pytest.raises(InputError, match=message):
        one(row)
    assert one(np.full(3, np.nan))[1] > 0


def test_threads_share_one():
    random = np.random.default_rng(8)
    bundle = bundle_of(random_scorer(random, "forest", 6, 60, 8), random_calibrator(random, "isotonic"))
    one: OneScore = score_one(bundle)
    rows = random_rows(random, 50, 6)
    expected = bundle.predict_proba(rows).tolist()
    wrong: list[int] = []

    def work(first: int) -> None:
        for turn in range(400):
            place = (first + turn) % len(rows)
            if one(rows[place])[1] != expected[place]:
                wrong.append(place)

    threads = [threading.Thread(target=work, args=(first,)) for first in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []


def test_a_library_of_its_own_has_no_layout():
    with pytest.raises(TypeError, match="a object has no layout"):
        one_row(object())
