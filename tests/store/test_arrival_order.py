"""B4, B5, D5: the order, the copies and the clocks of arrivals change nothing of what is known in the end."""

import random
import threading
from collections import Counter
from datetime import timedelta
from pathlib import Path

import pytest

from features.random_log import random_log
from store.arrivals import arrival, store_them
from store.stores import Opens
from willbuy.features.live import Event
from willbuy.features.live.timeline import Timeline
from willbuy.store import Arrival, LiveStore, Outcome, Store


def arrivals_of(log: dict[str, list[Event]]) -> list[Arrival]:
    found = [(entity, event) for entity, events in log.items() for event in events]
    return [
        Arrival(entity, event._replace(event_id=f"e{n}"), f"e{n}", str(n).encode())
        for n, (entity, event) in enumerate(found)
    ]


def test_b4_twenty_orders_with_copies_and_late_events_give_the_same_timelines(
    open_store: Opens, tmp_path: Path
) -> None:
    """5 % of the events arrive twice, 10 % up to three days late."""
    sent = arrivals_of(random_log(seed=5, entities=10, late=0.1))
    by_entity = {a.entity: [b.event for b in sent if b.entity == a.entity] for a in sent}
    for order in range(20):
        draw = random.Random(order)
        shuffled = [*sent, *draw.sample(sent, len(sent) // 20)]
        draw.shuffle(shuffled)
        with open_store(tmp_path / str(order), merge_at=draw.choice([11, 50_000])) as store:
            found: Counter[Outcome] = Counter()
            while shuffled:
                size = draw.randint(1, 30)
                found.update(store_them(store, shuffled[:size]))
                del shuffled[:size]
            assert found == {Outcome.STORED: len(sent), Outcome.DUPLICATE: len(sent) // 20}
            for entity, events in by_entity.items():
                assert set(store.timeline(entity).events) == set(events)
                assert store.timeline(entity).times == Timeline(events).times


def test_b5_clocks_that_step_change_no_answer(open_store: Opens, tmp_path: Path) -> None:
    """The store reads no clock: what was received "before" the last commit is kept and found as well."""
    steps = [0, 3600, -3600, 86_400, -86_400, 60]
    sent = []
    for n in range(60):
        received = arrival("ann", n).event.time + timedelta(seconds=steps[n % 6])
        sent.append(arrival("ann", n, f"e{n}", received=received))
    with open_store(tmp_path, merge_at=7) as store:
        for one in sent:
            assert store_them(store, [one]) == [Outcome.STORED]
        assert [stored.event for stored in store.events("ann")] == [one.event for one in sent]
        assert set(store_them(store, sent)) == {Outcome.DUPLICATE}


def copies_at_once(store: LiveStore, one: Arrival, copies: int) -> Counter[Outcome]:
    """What becomes of copies of an event that as many clients send at once."""
    found: Counter[Outcome] = Counter()
    ready, lock = threading.Barrier(copies), threading.Lock()

    def client() -> None:
        ready.wait()
        outcomes = store_them(store, [one])
        with lock:
            found.update(outcomes)

    threads = [threading.Thread(target=client) for _ in range(copies)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return found


def test_d5_sixteen_copies_at_once_are_one_event(open_store: Opens, tmp_path: Path) -> None:
    with open_store(tmp_path) as store:
        for n in range(20):
            found = copies_at_once(store, arrival("ann", n, f"e{n}"), 16)
            assert found == {Outcome.STORED: 1, Outcome.DUPLICATE: 15}
        assert len(store.events("ann")) == 20


def try_ids(home: Path, trials: int, seed: int) -> None:
    """Known and new ids, the same and other bodies, alone and in batches, with new starts between, against a dict."""
    draw = random.Random(seed)
    bodies: dict[str, int] = {}
    number = 0
    while number < trials:
        with Store(home, merge_at=draw.choice([1, 37, 50_000])) as store:
            for _ in range(min(250, trials - number)):
                batch, expected = [], []
                for _ in range(draw.choice([1, 1, 1, 12])):
                    event_id, body = f"id {draw.randrange(trials // 2)}", draw.randrange(2)
                    batch.append(arrival(f"v{number % 9}", body, event_id)._replace(body_hash=bytes([body])))
                    known = bodies.setdefault(event_id, body)
                    new = event_id not in [b.event_id for b in batch[:-1]] and known == body
                    expected.append((event_id, body, new))
                    number += 1
                before = set(before_of(store))
                outcomes = store_them(store, batch)
                for (event_id, body, first), outcome in zip(expected, outcomes, strict=True):
                    if event_id not in before and first:
                        assert outcome is Outcome.STORED
                        before.add(event_id)
                    else:
                        assert outcome is (
                            Outcome.DUPLICATE if bodies[event_id] == body else Outcome.CONFLICT
                        )
    with Store(home) as store:
        held = [stored.event.event_id for n in range(9) for stored in store.events(f"v{n}")]
    assert Counter(held) == Counter(dict.fromkeys(bodies, 1))


def before_of(store: Store) -> list[str]:
    return [i for (i,) in store._readers.mine().live.execute("SELECT event_id FROM events")]


def test_d5_five_hundred_trials(tmp_path: Path) -> None:
    try_ids(tmp_path, 500, seed=1)


@pytest.mark.gate
def test_d5_ten_thousand_trials(tmp_path: Path) -> None:
    try_ids(tmp_path, 10_000, seed=2)
