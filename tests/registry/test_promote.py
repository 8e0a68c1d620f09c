"""Promotion: a run is tried, its doubts are answered, the pointer moves, the audit log says so."""

import json
from datetime import datetime

import pytest

from made_up_models import bundle_id, empty_shop, make_run
from willbuy import audit
from willbuy.errors import BundleError, RegistryError, WillbuyError
from willbuy.registry import promote as promote_module
from willbuy.registry.loading import why_bad
from willbuy.registry.models import models
from willbuy.registry.pointer import Named, read_pointer
from willbuy.registry.promote import clear_shadow, promote
from willbuy.registry.rollback import rollback
from willbuy.runs import RESULT
from willbuy.shop import load_any

MOMENT = datetime(2026, 1, 2, 3, 4, 5)


@pytest.fixture
def shop(tmp_path):
    return empty_shop(tmp_path)


@pytest.fixture
def quick(monkeypatch):
    """Without the child process, where that is not what is tested."""
    monkeypatch.setattr("willbuy.registry.loading.first_load", lambda *_: None)


def acts(shop) -> list[tuple[str, str | None, str | None]]:
    assert audit.verify(shop.home) == []
    return [(line.act, line.what.get("run"), line.what.get("force")) for line in audit.lines(shop.home)]


def test_a_promotion_loads_the_bundle_and_moves_the_pointer(shop):
    run = make_run(shop.home, 1)
    said: list[str] = []
    done = promote(shop, run, "ann", MOMENT, said=said.append)
    assert done.pointer == read_pointer(shop.home)
    assert done.pointer.champion == Named(run, bundle_id(shop.home, run))
    assert (done.pointer.token, done.pointer.moment) == (1, "2026-01-02T03:04:05")
    assert "process of its own" in said[0]
    assert acts(shop) == [("promote", run, None)]
    assert next(iter(audit.lines(shop.home))).actor == "ann"


def test_tokens_rise_and_earlier_champions_are_kept(shop, quick):
    first, second = make_run(shop.home, 1), make_run(shop.home, 2)
    promote(shop, first, "ann", MOMENT)
    promote(shop, second, "ann", MOMENT)
    (shop.home / "registry" / "token").unlink()
    assert rollback(shop, "bob", MOMENT, reason="it sells nothing").champion.run == first
    again = promote(shop, second, "ann", MOMENT).pointer
    assert again.token == 4
    assert [one.run for one in again.earlier] == [first]
    assert [act for act, *_ in acts(shop)] == ["promote", "promote", "rollback", "promote"]


@pytest.mark.parametrize("verdict", ["no_better", "worse", "not_enough_data"])
def test_a_model_that_beats_no_rule_needs_a_reason(shop, quick, verdict):
    run = make_run(shop.home, 1, verdict)
    with pytest.raises(RegistryError, match=f"not surely better.*verdict is {verdict}.*--force"):
        promote(shop, run, "ann", MOMENT)
    with pytest.raises(RegistryError, match="needs a reason"):
        promote(shop, run, "ann", MOMENT, force=" ")
    assert read_pointer(shop.home) is None
    assert acts(shop) == []
    promote(shop, run, "ann", MOMENT, force="a trial in one shop")
    assert acts(shop) == [("promote", run, "a trial in one shop")]


def test_a_doubt_of_the_doctor_needs_a_reason(shop, quick):
    run = make_run(shop.home, 1)
    file = shop.home / "runs" / run / RESULT
    found = {"name": "too_true", "suspicion": "too_true", "accepted": None}
    file.write_text(json.dumps({**json.loads(file.read_text()), "doctor": {"findings": [found]}}))
    with pytest.raises(RegistryError, match="the doctor doubts run 0001: too_true"):
        promote(shop, run, "ann", MOMENT)
    assert promote(shop, run, "ann", MOMENT, force="we checked").doubts == ("too_true",)
    accepted = {**found, "accepted": "it is right"}
    file.write_text(json.dumps({**json.loads(file.read_text()), "doctor": {"findings": [accepted]}}))
    assert promote(shop, run, "ann", MOMENT).doubts == ()


def test_what_is_damaged_or_not_there_is_not_promoted(shop):
    run, damaged = make_run(shop.home, 1), make_run(shop.home, 2)
    promote(shop, run, "ann", MOMENT)
    before = read_pointer(shop.home)
    file = shop.home / "runs" / damaged / "bundle" / "golden.npz"
    file.write_bytes(file.read_bytes() + b"x")
    with pytest.raises(BundleError, match=r"golden\.npz"):
        promote(shop, damaged, "ann", MOMENT)
    with pytest.raises(WillbuyError, match="no complete run '0009'"):
        promote(shop, "0009", "ann", MOMENT)
    assert read_pointer(shop.home) == before
    assert acts(shop) == [("promote", run, None)]


def test_a_bundle_of_another_run_is_not_promoted(shop, quick):
    """A whole and sound bundle in the place of another: its id is not the one that the run was finished with."""
    first, second = make_run(shop.home, 1), make_run(shop.home, 2)
    runs = shop.home / "runs"
    (runs / first / "bundle").rename(runs / "aside")
    (runs / second / "bundle").rename(runs / first / "bundle")
    with pytest.raises(BundleError, match=r"expected .* It was not loaded"):
        promote(shop, first, "ann", MOMENT)


def test_a_promotion_by_hand_tries_again_what_is_marked_bad(shop, monkeypatch):
    run = make_run(shop.home, 1)
    with monkeypatch.context() as patch:
        patch.setattr("willbuy.registry.loading.first_load", lambda *_: "it crashed")
        with pytest.raises(BundleError, match="it crashed"):
            promote(shop, run, "ann", MOMENT)
    assert why_bad(shop.home, bundle_id(shop.home, run)) == "it crashed"
    assert models(shop)[0].role == "bad"
    promote(shop, run, "ann", MOMENT)
    assert why_bad(shop.home, bundle_id(shop.home, run)) is None
    assert models(shop)[0].role == "champion"


def test_a_shadow_is_set_and_taken_away(shop, quick):
    champion, other = make_run(shop.home, 1), make_run(shop.home, 2, "worse")
    with pytest.raises(RegistryError, match="no champion yet"):
        promote(shop, other, "ann", MOMENT, shadow=True)
    with pytest.raises(RegistryError, match="no run is scored in shadow"):
        clear_shadow(shop, "ann", MOMENT)
    promote(shop, champion, "ann", MOMENT)
    with pytest.raises(RegistryError, match="is the champion"):
        promote(shop, champion, "ann", MOMENT, shadow=True)
    done = promote(
        shop, other, "ann", MOMENT, shadow=True
    )  # whatever its verdict: its answers are only logged
    assert (done.role, done.pointer.run, done.pointer.shadow.run) == ("shadow", champion, other)
    assert [one.role for one in models(shop)] == ["champion", "shadow"]
    assert clear_shadow(shop, "ann", MOMENT).shadow is None
    assert [act for act, *_ in acts(shop)] == ["promote", "shadow", "no shadow"]


def test_a_log_without_parity_needs_a_reason(tmp_path, quick):
    """With such a champion the service would not start again."""
    (tmp_path / "shop.toml").write_text('[source]\nfiles = ["events.csv"]\n[target]\nwithin = "7d"\n')
    shop = load_any(tmp_path / "shop.toml")
    run = make_run(shop.home, 1)
    with pytest.raises(RegistryError, match=f"Run: willbuy parity --run {run}"):
        promote(shop, run, "ann", MOMENT)
    assert read_pointer(shop.home) is None
    assert "willbuy parity" in promote(shop, run, "ann", MOMENT, force="a trial").warning
    assert models(shop)[0].parity == "not proven"
    proof = {"bundle": bundle_id(shop.home, run), "checked": 10, "mismatches": 0}
    (shop.home / "runs" / run / "parity.json").write_text(json.dumps(proof))
    assert promote(shop, run, "ann", MOMENT).warning == ""
    assert models(shop)[0].parity == "proven"
    (shop.home / "runs" / run / "parity.json").write_text(json.dumps({**proof, "mismatches": 2}))
    assert models(shop)[0].parity == "2 of 10 values differ"


def test_the_models_of_a_shop(shop, quick):
    assert models(shop) == []
    runs = [make_run(shop.home, seed) for seed in (1, 2, 3)]
    promote(shop, runs[0], "ann", MOMENT)
    promote(shop, runs[1], "ann", MOMENT)
    (shop.home / "runs" / "0004").mkdir()
    (shop.home / "runs" / "0004" / RESULT).write_text("{}")
    found = models(shop)
    assert [(one.run, one.role) for one in found] == list(
        zip(runs, ["earlier", "champion", "candidate"], strict=True)
    )
    assert found[0].figures == {"average_precision": 0.5, "roc_auc": 0.5, "log_loss": 0.5}
    assert found[0].parity == "not needed"


def test_m5_a_rollback_needs_an_earlier_champion_that_is_whole(shop, quick):
    with pytest.raises(RegistryError, match="nothing was ever promoted"):
        rollback(shop, "ann", MOMENT)
    first, second = make_run(shop.home, 1), make_run(shop.home, 2)
    promote(shop, first, "ann", MOMENT)
    with pytest.raises(RegistryError, match="is the first champion"):
        rollback(shop, "ann", MOMENT)
    promote(shop, second, "ann", MOMENT)
    file = shop.home / "runs" / first / "bundle" / "model.npz"
    whole = file.read_bytes()
    file.write_bytes(whole[:100])
    with pytest.raises(BundleError, match=r"model\.npz"):
        rollback(shop, "ann", MOMENT)
    assert read_pointer(shop.home).run == second
    file.write_bytes(whole)
    assert rollback(shop, "ann", MOMENT).run == first
    assert [act for act, *_ in acts(shop)] == ["promote", "promote", "rollback"]


def test_nothing_is_promoted_where_the_audit_log_cannot_be_written(shop, quick, monkeypatch):
    run = make_run(shop.home, 1)

    def full(*_, **__):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(promote_module.audit, "append", full)
    with pytest.raises(OSError, match="No space"):
        promote(shop, run, "ann", MOMENT)
    assert read_pointer(shop.home) is None
