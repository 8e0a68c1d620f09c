"""Runs in a real MLflow on SQLite: all of a run arrives, once, and the newest is the candidate."""

import pytest

from willbuy.errors import TrackingError
from willbuy.tracking.mirror import CANDIDATE, mirror_run, mirror_runs, point_alias
from willbuy.tracking.place import place_of
from willbuy.tracking.store import Store

pytestmark = pytest.mark.usefixtures("tables")
quick = pytest.mark.usefixtures("no_pages")


def client(shop):
    return Store(place_of(shop))._client


def runs_of(shop):
    return client(shop).search_runs(["1"], order_by=["attributes.start_time"])


def artifacts(shop, run):
    from pathlib import Path
    from urllib.parse import urlsplit

    root = Path(urlsplit(run.info.artifact_uri).path)
    return {file.relative_to(root).as_posix() for file in root.rglob("*") if file.is_file()}


def test_all_of_a_run_arrives(shop, add_run, sample):
    done = mirror_run(shop, add_run(shop_file={"train": {"folds": 5}}))
    assert (done.run, done.experiment, done.version, done.sent) == ("0001", "shop", "1", True)
    (run,) = runs_of(shop)
    assert (run.info.status, run.info.run_name, run.info.start_time) == (
        "FINISHED",
        "0001",
        1_700_000_001_000,
    )
    assert run.data.params["train.folds"] == "5"
    assert run.data.params["settings.l2"] == "1.5"
    assert run.data.metrics["test/roc_auc"] == sample[0]["test"]["roc_auc"]["value"]
    assert run.data.metrics["test/roc_auc_low"] == sample[0]["test"]["roc_auc"]["low"]
    folds = client(shop).get_metric_history(run.info.run_id, "folds/logistic/average_precision")
    assert [(point.step, point.value) for point in folds] == [(0, 0.512), (1, 0.498), (2, 0.521), (3, 0.507)]
    assert run.data.tags["willbuy.data"] == "0a1b"
    found = artifacts(shop, run)
    assert {
        "report.html",
        "result.json",
        "bundle/manifest.json",
        "bundle/model.npz",
        "figures/beside.png",
    } <= found
    assert len([name for name in found if name.endswith(".png")]) == 13
    assert not any("predictions" in name for name in found)  # they name entities
    (picture,) = (shop.home / "mlflow" / "artifacts").rglob("beside.png")
    assert picture.read_bytes()[:8] == b"\x89PNG\r\n\x1a\n"
    assert picture.stat().st_size > 5000
    (page,) = (shop.home / "mlflow" / "artifacts").rglob("report.html")
    assert "<h1>" in page.read_text(encoding="utf-8")


@quick
def test_once_however_often_it_is_asked_for(shop, add_run):
    add_run(), add_run()
    first = list(mirror_runs(shop))
    again = list(mirror_runs(shop))
    assert [one.sent for one in (*first, *again)] == [True, True, False, False]
    assert [one.version for one in (*first, *again)] == ["1", "2", "1", "2"]
    assert len(runs_of(shop)) == 2
    assert len(client(shop).search_model_versions("name = 'shop'")) == 2


@quick
def test_the_same_bundle_trained_twice_is_two_runs(shop, add_run):
    names = [add_run(bundle="a" * 64), add_run(bundle="a" * 64)]
    assert [mirror_run(shop, name).sent for name in names] == [True, True]
    assert len(runs_of(shop)) == 2


@quick
def test_what_was_left_half_sent_is_sent_anew(shop, add_run, monkeypatch):
    add_run()
    with monkeypatch.context() as broken:
        broken.setattr(Store, "upload", lambda *_: (_ for _ in ()).throw(TrackingError("the line was cut")))
        with pytest.raises(TrackingError, match="the line was cut"):
            mirror_run(shop)
    assert [run.info.status for run in runs_of(shop)] == ["RUNNING"]
    assert mirror_run(shop).sent
    assert [run.info.status for run in runs_of(shop)] == ["FINISHED"]


@quick
def test_what_was_sent_but_not_registered_is_registered_later(shop, add_run, monkeypatch):
    add_run()
    with monkeypatch.context() as broken:
        broken.setattr(Store, "register", lambda *_: (_ for _ in ()).throw(TrackingError("no registry")))
        with pytest.raises(TrackingError, match="no registry"):
            mirror_run(shop)
    done = mirror_run(shop)
    assert (done.sent, done.version) == (False, "1")
    assert len(runs_of(shop)) == 1


@quick
def test_the_newest_run_is_the_candidate_in_whatever_order_they_come(shop, add_run):
    older, newer = add_run(), add_run()
    mirror_run(shop, newer), mirror_run(shop, older)
    named = client(shop).get_model_version_by_alias("shop", CANDIDATE)
    assert named.tags["willbuy.run"] == newer
    assert named.source.endswith("/bundle")


@quick
def test_an_alias_follows_what_willbuy_decides(shop, add_run):
    first, second = add_run(), add_run()
    bundles = [(f"{int(name):04d}" + "c0ffee" * 11)[:64] for name in (first, second)]
    mirror_run(shop, first)
    assert point_alias(shop, bundles[0], "champion")
    assert not point_alias(shop, bundles[1], "champion")  # not mirrored: the decision stands without it
    assert client(shop).get_model_version_by_alias("shop", "champion").tags["willbuy.run"] == first


@quick
def test_runs_that_are_not_complete_are_passed_over(shop, add_run):
    from willbuy.runs import new_run

    new_run(shop.home)
    add_run()
    assert [one.run for one in mirror_runs(shop)] == ["0002"]


def test_a_run_whose_predictions_are_gone_goes_without_its_page(shop, add_run):
    assert mirror_run(shop, add_run(predictions=None)).sent
    (run,) = runs_of(shop)
    assert artifacts(shop, run) == {"result.json", "bundle/manifest.json", "bundle/model.npz"}


@quick
def test_the_run_itself_is_not_touched(shop, add_run):
    folder = shop.home / "runs" / add_run()
    before = {file: file.read_bytes() for file in folder.rglob("*") if file.is_file()}
    mirror_run(shop)
    assert {file: file.read_bytes() for file in folder.rglob("*") if file.is_file()} == before


@quick
def test_nothing_is_printed(shop, add_run, capfd):
    add_run()
    mirror_run(shop)
    assert capfd.readouterr() == ("", "")
