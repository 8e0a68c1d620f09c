"""The holder: it follows the pointer, keeps the old model on any fault, and tells it."""

import threading
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import numpy as np
import pytest

from made_up_models import bundle_id, empty_shop, make_run, random_rows
from willbuy.errors import BundleError, RegistryError, StoreError
from willbuy.features.algebra import Count
from willbuy.features.feature_set import FeatureSet
from willbuy.features.local_time import LocalTime
from willbuy.models.bundle import Bundle, load_bundle
from willbuy.registry.pointer import Named, Pointer, read_pointer, write_pointer
from willbuy.service.holder import Holder

MOMENT = "2026-01-02T03:04:05"


def clock() -> datetime:
    return datetime(2026, 1, 2)


def load_here(folder: Path, expected_id: str, *, home: Path | None = None) -> Bundle:
    """Without the child process, where that is not what is tested."""
    return load_bundle(folder, expected_id)


def point(home: Path, run: str, token: int = 1, shadow: str | None = None) -> None:
    named = None if shadow is None else Named(shadow, bundle_id(home, shadow))
    write_pointer(home, Pointer(run, bundle_id(home, run), token, MOMENT, named))


@pytest.fixture
def shop(tmp_path):
    return empty_shop(tmp_path)


def holder_of(shop, **options) -> Holder:
    return Holder(shop, clock, **{"load": load_here, **options})


def test_without_a_promotion_nothing_is_served(shop):
    make_run(shop.home)
    holder = holder_of(shop)
    with pytest.raises(RegistryError, match=r"nothing is promoted yet.*willbuy promote"):
        holder.start()
    assert holder.current is None


def test_a_run_can_be_named(shop):
    first = make_run(shop.home, 1)
    make_run(shop.home, 2)
    holder = holder_of(shop, run=first)
    holder.start()
    assert holder.current.run == first
    assert holder.current.version == bundle_id(shop.home, first)
    assert not holder.refresh()


def test_a_newer_complete_run_is_told(shop):
    """Whether a run was named or the champion answers; one that is still training is no run yet."""
    first = make_run(shop.home, 1)
    point(shop.home, first)
    pinned, following = holder_of(shop, run=first), holder_of(shop)
    for holder in (pinned, following):
        holder.start()
        assert holder.newer is None
    assert (pinned.pinned, following.pinned) == (True, False)
    second = make_run(shop.home, 2)
    (shop.home / "runs" / "0009").mkdir()
    for holder in (pinned, following):
        holder._newest_again = 0.0  # it looks now and then
        assert holder.newer == second
    point(shop.home, second, 2)
    assert following.refresh()
    assert (following.newer, pinned.newer) == (None, second)


def test_the_pointer_is_followed(shop):
    first, second = make_run(shop.home, 1), make_run(shop.home, 2)
    point(shop.home, first)
    holder = holder_of(shop)
    holder.start()
    old = holder.current
    assert (old.run, holder.shadow, holder.error) == (first, None, None)
    assert not holder.refresh()
    point(shop.home, second, 2, shadow=first)
    assert holder.refresh()
    assert (holder.current.run, holder.swaps) == (second, 2)
    assert holder.shadow is old
    point(shop.home, first, 3)
    assert holder.refresh()
    assert holder.current is old  # still in memory: a rollback reads no file


def test_a_shadow_is_made_ready_as_a_champion_is(shop):
    """Else facts about items that only the shadow reads would all be 0."""
    first, second, third = (make_run(shop.home, seed) for seed in (1, 2, 3))
    point(shop.home, first)
    holder, prepared = holder_of(shop), []
    holder.start()

    def prepare(serving):
        if serving.run == third:
            raise StoreError("another clock")
        prepared.append(serving.run)

    holder.prepare = prepare
    point(shop.home, first, 2, shadow=second)
    assert holder.refresh()
    assert (holder.shadow.run, prepared) == (second, [second])
    point(shop.home, first, 3, shadow=third)
    assert not holder.refresh()
    assert (holder.current.run, holder.shadow.run, holder.error) == (first, second, "another clock")


def test_a_shadow_of_another_clock_is_refused(shop):
    point(shop.home, make_run(shop.home))
    holder = holder_of(shop)
    holder.start()
    utc, berlin = (
        replace(holder.current, features=FeatureSet((Count("view", "7d"),), LocalTime(zone)))
        for zone in ("UTC", "Europe/Berlin")
    )
    assert holder._in_shadow(utc, utc) is utc
    with pytest.raises(RegistryError, match=r"Europe/Berlin.*UTC: it cannot be scored"):
        holder._in_shadow(berlin, utc)


def test_a_serving_says_what_its_bundle_says(shop):
    run = make_run(shop.home, 3)
    holder = holder_of(shop, run=run)
    holder.start()
    serving = holder.current
    rows = random_rows(np.random.default_rng(5), 20, len(serving.names))
    for row, probability in zip(rows, serving.bundle.predict_proba(rows), strict=True):
        log_odds, found = serving.one(row)
        assert (log_odds, found) == (serving.bundle.log_odds(row[None])[0], probability)
    assert serving.reasons(rows[0], 2) == serving.bundle.reasons(rows[:1], 2)[0]
    assert [serving.band(p) for p in (0.0, 0.05, 0.9, 1.0)] == ["low", "low", "very high", "very high"]
    assert serving.threshold == 0.25
    assert serving.loaded_at == clock()


def test_a_fault_keeps_the_old_model_and_is_told(shop):
    first, second = make_run(shop.home, 1), make_run(shop.home, 2)
    point(shop.home, first)
    holder = holder_of(shop)
    holder.start()
    file = shop.home / "runs" / second / "bundle" / "model.npz"
    whole = file.read_bytes()
    file.write_bytes(whole[:-1])
    point(shop.home, second, 2)
    assert not holder.refresh()
    assert holder.current.run == first
    assert "damaged" in holder.error
    assert holder.faults == 1
    file.write_bytes(whole)
    holder._again = 0.0  # time passes
    assert holder.refresh()
    assert (holder.current.run, holder.error, holder.faults) == (second, None, 1)


def test_a_pointer_that_is_lost_or_broken_keeps_the_old_model(shop):
    run = make_run(shop.home)
    point(shop.home, run)
    holder = holder_of(shop)
    holder.start()
    file = shop.home / "registry" / "champion.json"
    file.write_text("{")
    assert not holder.refresh()
    assert "is no champion pointer" in holder.error
    file.unlink()
    assert not holder.refresh()
    assert "is gone" in holder.error
    assert (holder.current.run, holder.faults) == (run, 2)
    point(shop.home, run, 2)
    holder.refresh()
    assert holder.error is None


def test_a_champion_that_cannot_be_loaded_is_an_error_at_the_start(shop, caplog):
    run = make_run(shop.home)
    point(shop.home, run)
    (shop.home / "runs" / run / "bundle" / "golden.npz").write_bytes(b"")
    with pytest.raises(RegistryError, match=r"golden\.npz"):
        holder_of(shop).start()
    assert caplog.records == []  # the error says it; no model was in service that could have stayed


def test_m4_a_hundred_swaps_under_readers_tear_no_answer(shop):
    """M4: each (version, score) pair that a reader sees agrees."""
    runs = [make_run(shop.home, seed) for seed in (1, 2)]
    point(shop.home, runs[0])
    holder = holder_of(shop)
    holder.start()
    row = random_rows(np.random.default_rng(9), 1, 6)[0]
    seen: list[tuple[str, float]] = []
    stop = threading.Event()

    def read() -> None:
        while not stop.is_set():
            serving = holder.current
            seen.append((serving.version, serving.one(row)[1]))

    readers = [threading.Thread(target=read) for _ in range(4)]
    for reader in readers:
        reader.start()
    for swap in range(1, 101):
        point(shop.home, runs[swap % 2], 1 + swap)
        assert holder.refresh()
    stop.set()
    for reader in readers:
        reader.join()
    assert holder.swaps == 101
    assert len(seen) > 100
    expected = {
        (
            bundle_id(shop.home, run),
            load_bundle(shop.home / "runs" / run / "bundle").predict_proba(row[None])[0],
        )
        for run in runs
    }
    assert set(seen) == expected


def test_the_watch_sees_a_promotion_and_ends(shop):
    first, second = make_run(shop.home, 1), make_run(shop.home, 2)
    point(shop.home, first)
    holder = holder_of(shop)
    holder.start()
    holder.watch(every=0.01)
    point(shop.home, second, 2)
    for _ in range(1000):
        if holder.current.run == second:
            break
        threading.Event().wait(0.01)
    holder.close()
    assert holder.current.run == second
    assert read_pointer(shop.home).token == 2


def test_an_earlier_champion_that_cannot_be_loaded_is_no_fault_of_the_one_in_service(shop):
    first, second = make_run(shop.home, 1), make_run(shop.home, 2)
    gone = Named(first, "0" * 64)
    write_pointer(shop.home, Pointer(second, bundle_id(shop.home, second), 1, MOMENT, None, (gone,)))
    holder = holder_of(shop)
    holder.start()
    holder._make_ready()
    assert (holder.in_memory, holder.error, holder.current.run) == ((), None, second)


def test_the_real_loader_refuses_what_is_marked_bad(shop):
    from willbuy.registry.loading import mark_bad

    run = make_run(shop.home)
    mark_bad(shop.home, bundle_id(shop.home, run), "it crashed")
    with pytest.raises(BundleError, match=r"marked bad.*it crashed"):
        Holder(shop, clock, run=run).start()
