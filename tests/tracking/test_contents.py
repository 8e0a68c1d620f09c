"""What is mirrored: every figure with its interval, names that MLflow takes."""

import math

from hypothesis import given
from hypothesis import strategies as st

from willbuy.tracking.contents import metrics, parameters, plain_name, tags


@given(st.text(max_size=400))
def test_mlflow_takes_any_name(name):
    from mlflow.utils.validation import _validate_metric_name, _validate_param_name

    _validate_metric_name(plain_name(name))
    _validate_param_name(plain_name(name))


def test_figures_come_with_their_interval(sample):
    found = {(point.name, point.step): point.value for point in metrics(sample[0])}
    test = sample[0]["test"]
    for name in ("average_precision", "roc_auc", "log_loss"):
        for key, ending in (("value", ""), ("low", "_low"), ("high", "_high")):
            assert found[f"test/{name}{ending}", 0] == test[name][key]
    assert found["test/precision_low", 0] == test["intervals"]["precision"]["low"]
    assert found["rules/recency/roc_auc", 0] == sample[0]["rules"]["recency"]["roc_auc"]["value"]
    assert (
        found["minus_rules/recency/log_loss_high", 0]
        == sample[0]["differences"]["recency"]["log_loss"]["high"]
    )
    assert [found["folds/xgboost/average_precision", step] for step in range(4)] == [
        0.541,
        0.519,
        0.548,
        0.533,
    ]
    assert found["parts/train/positives", 0] == sample[0]["parts"][0]["positives"]
    assert all(map(math.isfinite, found.values()))


def test_what_is_undefined_is_left_out(sample):
    test = {**sample[0]["test"], "precision": None, "roc_auc": {"value": None, "low": None, "high": None}}
    names = {point.name for point in metrics({**sample[0], "test": test})}
    assert "test/roc_auc" not in names and "test/precision" not in names and "test/log_loss" in names


def test_an_older_or_smaller_result_will_do(sample):
    from willbuy.evaluation.result.run import Result

    least = {key: value for key, value in sample[0].items() if key in Result.__required_keys__}
    assert any(point.name == "test/roc_auc" for point in metrics(least))
    assert parameters(least, {}) == {"model": "xgboost"}
    assert "willbuy.data" not in tags(least, {})


def test_parameters_and_tags(sample):
    result = {**sample[0], "shop_file": {"table": {"columns": {"a": "x" * 1000}}}}
    manifest = {"settings": {"depth": 4}, "data": {"checksum": "0a1b"}}
    found = parameters(result, manifest)
    assert (found["settings.depth"], found["seed.train"]) == ("4", "20150503")
    assert len(found["table.columns"]) == 500 and found["table.columns"].endswith("…")
    said = tags(result, manifest)
    assert said["willbuy.key"] == f"{result['bundle']}-0007"
    assert (said["willbuy.data"], said["willbuy.split"]) == ("0a1b", "time")
    assert result["verdict"]["headline"] in said["mlflow.note.content"]
