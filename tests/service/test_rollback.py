"""M5: a rollback is one act, in effect within a second, and the scores are the old ones to the bit; with an audit line."""

import time
from datetime import datetime

import pytest

from made_up_models import empty_shop, make_run
from willbuy import audit
from willbuy.registry.promote import promote
from willbuy.registry.rollback import rollback
from willbuy.service.holder import LOOK, Holder

MOMENT = datetime(2026, 1, 2)


def clock() -> datetime:
    return MOMENT


def roll_back_under_watch(folder, in_memory: bool) -> float:
    """Seconds from the act to its effect in a service that watches the pointer."""
    shop = empty_shop(folder)
    size = {"trees": 500, "depth": 4, "width": 30}
    first, second = make_run(shop.home, 1, **size), make_run(shop.home, 2, **size)
    promote(shop, first, "ann", MOMENT)
    holder = Holder(shop, clock)
    holder.start()
    rows = holder.current.bundle.golden["rows"]
    before = [holder.current.one(row) for row in rows]
    promote(shop, second, "ann", MOMENT)
    if in_memory:
        holder.refresh()
    else:
        holder = Holder(shop, clock)  # the service was started anew meanwhile
        holder.start()
    assert holder.current.run == second
    assert [holder.current.one(row) for row in rows] != before
    holder.watch(every=LOOK)
    while not holder.in_memory:
        time.sleep(0.01)  # after a restart it loads the champion before this one, for a rollback to come
    began = time.monotonic()
    rollback(shop, "bob", MOMENT, reason="worse")
    while holder.current.run != first and time.monotonic() - began < 60:
        time.sleep(0.002)
    took = time.monotonic() - began
    holder.close()
    assert holder.current.run == first
    assert [holder.current.one(row) for row in rows] == before
    assert [(line.act, line.actor) for line in audit.lines(shop.home)][-1] == ("rollback", "bob")
    assert audit.verify(shop.home) == []
    return took


@pytest.mark.parametrize("in_memory", [True, False], ids=["in memory", "after a restart"])
def test_m5_a_rollback_brings_the_old_scores_back(tmp_path, in_memory):
    roll_back_under_watch(tmp_path, in_memory)


@pytest.mark.gate
@pytest.mark.parametrize("in_memory", [True, False], ids=["in memory", "after a restart"])
def test_m5_a_rollback_is_in_effect_within_a_second(tmp_path, in_memory):
    took = sorted(roll_back_under_watch(tmp_path / str(turn), in_memory) for turn in range(3))
    print(f"a rollback took {', '.join(f'{one:.2f}' for one in took)} s")
    assert took[1] <= 1.0
