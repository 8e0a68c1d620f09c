"""Features that a shop writes in Python: the examples of the docs as a shop would use them, and what is refused."""

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pytest

from features.random_log import random_log
from snapshots.worlds import shop_of, warehouse_of
from willbuy.errors import ShopError
from willbuy.features.algebra import feature, registry
from willbuy.features.catalogue import features_of, load_python
from willbuy.features.feature_set import FeatureSet
from willbuy.features.live import evaluate
from willbuy.features.log import summarise
from willbuy.shop import Shop
from willbuy.snapshots import build_snapshots

BLOCKS = re.compile(r"^```python\n(.*?)^```$", re.MULTILINE | re.DOTALL)


@pytest.fixture(autouse=True)
def classes_leave_again() -> Iterator[None]:
    """Forget the classes that a test's file has added."""
    before = registry()
    yield
    for key in set(registry()) - set(before):
        del feature._registry[key]


def shop_with(folder: Path, text: str) -> Shop:
    (folder / "my_features.py").write_text(text, encoding="utf-8")
    own = {"catalogue": "none", "python": "my_features.py"}
    return shop_of(folder, "3d", features=own, shop={"zone": "Europe/Berlin"})


@pytest.mark.parametrize("example", [0, 1], ids=["combined", "a new class"])
def test_the_examples_of_the_docs_agree_in_batch_and_live(example: int, root: Path, tmp_path: Path) -> None:
    text = BLOCKS.findall((root / "docs" / "features.md").read_text(encoding="utf-8"))[example]
    shop = shop_with(tmp_path, text)
    log = random_log(seed=21, entities=40, late=0.1)
    with warehouse_of(log) as warehouse:
        features = features_of(shop, summarise(warehouse).kinds)
        assert FeatureSet.from_spec(json.loads(json.dumps(features.to_spec()))) == features
        [name] = features.names
        frame = build_snapshots(warehouse, shop, features).frame()
    found = [
        evaluate(features, log[row.entity], row.anchor.to_pydatetime())[name] for row in frame.itertuples()
    ]
    assert frame[name].nunique() > 3
    pd.testing.assert_series_equal(frame[name], pd.Series(found, name=name, dtype=frame[name].dtype))


def test_a_new_class_may_be_declared_in_the_shop_file(root: Path, tmp_path: Path) -> None:
    text = BLOCKS.findall((root / "docs" / "features.md").read_text(encoding="utf-8"))[1]
    shop = shop_with(tmp_path, text)
    added = {"feature": "weekend_count", "kinds": ["cart"], "window": "7d"}
    shop = shop.model_copy(update={"features": shop.features.model_copy(update={"add": (added,)})})
    assert features_of(shop, ["view"]).names == ("weekend_count_view_30d", "weekend_count_cart_7d")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("FEATURES = 3", "must define FEATURES, a tuple of features"),
        ("FEATURES = ['count_view_7d']", "must define FEATURES, a tuple of features"),
        ("", "must define FEATURES, a tuple of features"),
        ("1 / 0", "my_features.py failed: ZeroDivisionError: division by zero"),
        ("def", "my_features.py failed: SyntaxError"),
        (
            "from willbuy.features.algebra import Count\nFEATURES = (Count('veiw'),)",
            "'veiw' is no kind of event",
        ),
    ],
)
def test_a_file_that_does_not_fit_says_so(text: str, message: str, tmp_path: Path) -> None:
    with pytest.raises(ShopError, match=re.escape(message)):
        load_python(shop_with(tmp_path, text))


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    shop = shop_of(tmp_path, features={"python": "mine.py"})
    with pytest.raises(ShopError, match=r"features.python: there is no file .*mine\.py"):
        load_python(shop)
    assert load_python(shop_of(tmp_path)) == ()


def test_a_class_may_not_take_the_key_of_another(tmp_path: Path) -> None:
    text = "from willbuy.features.algebra import Windowed\nclass Mine(Windowed):\n    key = 'count'\nFEATURES = ()"
    with pytest.raises(ShopError, match="two features have the key 'count'"):
        load_python(shop_with(tmp_path, text))
