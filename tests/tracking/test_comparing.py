"""Two runs beside each other: what differs, and the paired difference or why there is none."""

import json

import pytest

from tracking.test_listing import printed
from willbuy.errors import WillbuyError
from willbuy.evaluation.evaluate import compare
from willbuy.tracking.comparing import compare_runs
from willbuy.tracking.render import render_comparison


def blurred(predictions):
    return predictions.assign(p=predictions["p"] * 0.5 + 0.01)


def test_what_differs_is_named_and_what_does_not_is_not(shop, add_run):
    add_run(shop_file={"train": {"folds": 5, "seed": 1}, "target": {"within": "7d"}})
    add_run(shop_file={"train": {"folds": 3, "seed": 1}}, data="ffff", versions={"willbuy": "9"})
    differs = compare_runs(shop, "0001", "0002")["differs"]
    assert differs["train.folds"] == [5, 3]
    assert differs["target.within"] == ["7d", "none"]
    assert differs["data"] == ["0a1b", "ffff"]
    assert differs["version.willbuy"] == ["0.1.0", "9"]
    assert not {"train.seed", "model", "settings.depth"} & differs.keys()


def test_a_run_of_an_older_willbuy_has_no_shop_file_to_compare(shop, add_run):
    add_run()
    add_run(shop_file={"train": {"folds": 3}})
    assert compare_runs(shop, "0001", "0002")["differs"]["shop file"] == ["not recorded", "none"]


def test_features_of_one_run_only_are_named(shop, add_run, sample):
    add_run()
    add_run(features=sample[0]["features"][:-1])
    found = compare_runs(shop, "0001", "0002")["features"]
    assert found == {"shared": 11, "only_first": ["ratio_cart_view_30d"], "only_second": []}
    assert "only in 0001: ratio_cart_view_30d" in printed(
        render_comparison(compare_runs(shop, "0001", "0002"))
    )


def test_the_paired_difference_is_that_of_the_evaluation(shop, add_run, sample):
    add_run(), add_run(predictions=blurred(sample[1]).sample(frac=1, random_state=1))
    found = compare_runs(shop, "0001", "0002")
    rows = sample[1]
    expected = compare(
        rows["y"], blurred(rows)["p"], rows["p"], rows["entity"].factorize()[0], draws=100, seed=1
    )
    assert found["paired"]["rows"] == len(rows)
    assert found["paired"]["differences"]["brier"]["value"] == pytest.approx(
        expected["brier"]["value"], rel=1e-9
    )
    assert abs(found["paired"]["differences"]["roc_auc"]["value"]) < 1e-12  # the order is the same
    json.dumps(found, allow_nan=False)
    text = printed(render_comparison(found))
    assert "0002 minus 0001" in text and "…" not in text.replace("… over", "")
    assert max(len(line) for line in text.splitlines()) <= 80


def test_a_run_beside_itself_differs_in_nothing(shop, add_run):
    add_run()
    found = compare_runs(shop, "0001", "0001")
    assert found["differs"] == {}
    assert all(gap["value"] in (0.0, None) for gap in found["paired"]["differences"].values())
    assert "Nothing that is recorded of them differs" in printed(render_comparison(found))


def unlike(rows, what):
    if what == "fewer":
        return rows.iloc[1:]
    if what == "outcomes":
        return rows.assign(y=1 - rows["y"])
    if what == "kind":
        return rows.rename(columns={"anchor": "row"})
    return rows.assign(entity=1, anchor=rows["anchor"].iloc[0])


@pytest.mark.parametrize(
    ("what", "words"),
    [
        ("fewer", "they were tested on different rows"),
        ("outcomes", "the log or the question has changed"),
        ("kind", "their test rows are of different kinds"),
        ("twice", "rows cannot be told apart"),
    ],
)
def test_rows_that_cannot_be_paired_say_why(shop, add_run, sample, what, words):
    add_run(), add_run(predictions=unlike(sample[1], what))
    found = compare_runs(shop, "0001", "0002")
    assert words in found["paired"]["why_not"]
    assert "differences" not in found["paired"]
    assert "No paired difference: " in printed(render_comparison(found))


def test_predictions_that_are_gone_are_said(shop, add_run):
    add_run(), add_run(predictions=None)
    assert compare_runs(shop, "0001", "0002")["paired"]["why_not"] == "run 0002 has no predictions.parquet"


def test_a_run_that_is_not_there_is_refused(shop, add_run):
    add_run()
    with pytest.raises(WillbuyError, match="no complete run '0007'"):
        compare_runs(shop, "0001", "0007")
