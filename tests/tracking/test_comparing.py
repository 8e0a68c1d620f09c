"""Two runs beside each other: what differs, and the paired difference or why there is none."""

import json

import pandas as pd
import pytest

from tracking.conftest import write_parquet
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
    return rows.rename(columns={"anchor": "row"})


@pytest.mark.parametrize(
    ("what", "words"),
    [
        ("fewer", "they were tested on different rows"),
        ("outcomes", "the data or the question has changed"),
        ("kind", "their test rows are of different kinds"),
    ],
)
def test_rows_that_cannot_be_paired_say_why(shop, add_run, sample, what, words):
    add_run(), add_run(predictions=unlike(sample[1], what))
    found = compare_runs(shop, "0001", "0002")
    assert words in found["paired"]["why_not"]
    assert "differences" not in found["paired"]
    assert "No paired difference: " in printed(render_comparison(found))


def test_rows_of_one_entity_at_one_moment_are_paired_whatever_their_order(shop, add_run, sample):
    """Equal rows of a table share an entity: they are drawn together, so that their order says nothing."""
    rows = sample[1].assign(entity=lambda frame: frame["entity"] % 50)
    other = blurred(rows).sample(frac=1, random_state=2)
    add_run(predictions=rows), add_run(predictions=other)
    found = compare_runs(shop, "0001", "0002")["paired"]
    entities = rows["entity"].factorize()[0]
    expected = compare(rows["y"], blurred(rows)["p"], rows["p"], entities, draws=100, seed=1)
    assert found["differences"]["log_loss"]["value"] == pytest.approx(expected["log_loss"]["value"], rel=1e-9)


def test_rows_without_a_moment_are_paired(shop, add_run, sample):
    add_run(predictions=sample[1].assign(anchor=None)), add_run(predictions=sample[1].assign(anchor=None))
    assert compare_runs(shop, "0001", "0002")["paired"]["rows"] == len(sample[1])


def test_predictions_that_are_gone_are_said(shop, add_run):
    add_run(), add_run(predictions=None)
    assert compare_runs(shop, "0001", "0002")["paired"]["why_not"] == "run 0002 has no predictions.parquet"


def test_predictions_that_cannot_be_read_are_said(shop, add_run):
    add_run(), add_run()
    file = shop.home / "runs" / "0002" / "predictions.parquet"
    file.write_bytes(b"PAR1 no more")
    assert "cannot be read" in compare_runs(shop, "0001", "0002")["paired"]["why_not"]
    write_parquet(pd.DataFrame({"p": [0.5]}), file)
    assert "not what a training writes" in compare_runs(shop, "0001", "0002")["paired"]["why_not"]


def test_a_run_that_is_not_there_is_refused(shop, add_run):
    add_run()
    with pytest.raises(WillbuyError, match="no complete run '0007'"):
        compare_runs(shop, "0001", "0007")
