"""The store against a list, through any order of acts: storing, merging, starting anew, erasing, expiring, another model."""

import shutil
import tempfile
from datetime import timedelta
from itertools import product
from pathlib import Path

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from store.arrivals import START, arrival, store_them
from store.stores import Schemas
from willbuy.features.algebra import ItemPopularity
from willbuy.features.feature_set import FeatureSet
from willbuy.features.live.item_facts import item_facts_at
from willbuy.features.local_time import LocalTime
from willbuy.store import Arrival, LiveStore, Outcome, Store
from willbuy.store.tallies import Table, tables_of

PEOPLE = st.sampled_from(["ann", "bob", "cid"])
MODELS = (
    FeatureSet((ItemPopularity("view", days=2),)),
    FeatureSet((ItemPopularity("view", days=2), ItemPopularity((), hours=3))),
    FeatureSet((ItemPopularity((), days=2),), LocalTime("Asia/Kolkata")),
)
MOMENTS = [START + timedelta(hours=hours) for hours in (5, 30, 60)]


class Acts(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.home = Path(tempfile.mkdtemp())
        self.store = self.opened(4)
        self.kept: list[Arrival] = []  # what the store should hold
        self.counted: dict[
            Table, list[Arrival]
        ] = {}  # what each tally should count: expired events stay counted
        self.erased: set[str] = set()
        self.model: FeatureSet | None = None
        self.number = 0

    def opened(self, merge_at: int) -> LiveStore:
        return Store(self.home, merge_at=merge_at)

    def tallied(self) -> tuple[Table, ...]:
        assert isinstance(self.store, Store)
        return self.store._index.tallying.tables

    @rule(entity=PEOPLE, hours=st.lists(st.integers(0, 48), min_size=1, max_size=7), late=st.integers(0, 30))
    def sends(self, entity: str, hours: list[int], late: int) -> None:
        """Some events of the past, known some hours later."""
        batch = []
        for hour in hours:
            self.number += 1
            happened = hour * 3600 + self.number
            known = START + timedelta(seconds=happened, hours=late)
            batch.append(arrival(entity, happened, f"e{self.number}", received=known))
        expected = Outcome.SUPPRESSED if entity in self.erased else Outcome.STORED
        assert store_them(self.store, batch) == [expected] * len(batch)
        if entity not in self.erased:
            self.kept += batch
            for counted in self.counted.values():
                counted.extend(batch)

    @rule()
    def sends_all_again(self) -> None:
        outcomes = store_them(self.store, self.kept)
        assert set(outcomes) <= {Outcome.DUPLICATE}

    @rule(merge_at=st.integers(1, 12))
    def starts_anew(self, merge_at: int) -> None:
        self.store.close()
        self.store = self.opened(merge_at)
        if self.model is not None:
            self.store.use(self.model)

    @rule(entity=PEOPLE)
    def erases(self, entity: str) -> None:
        self.store.erase(entity)
        self.erased.add(entity)
        held = {a.event_id for a in self.kept if a.entity == entity}
        self.kept = [a for a in self.kept if a.entity != entity]
        for table, counted in self.counted.items():
            self.counted[table] = [a for a in counted if a.event_id not in held]

    @rule(hour=st.integers(0, 24))
    def expires(self, hour: int) -> None:
        before = START + timedelta(hours=hour)
        old = [a for a in self.kept if a.event.time < before]
        assert self.store.expire(before) == len(old)
        self.kept = [a for a in self.kept if a.event.time >= before]

    @rule(model=st.sampled_from(MODELS))
    def uses(self, model: FeatureSet) -> None:
        """Another model may need tallies that were not kept: they are made of what is there. Those that were go on."""
        if self.model is not None and self.model.clock != model.clock:
            self.counted = {}
        self.store.use(model)
        for table in self.tallied():
            self.counted.setdefault(table, list(self.kept))
        self.model = model

    @invariant()
    def holds_what_it_should(self) -> None:
        for entity in ("ann", "bob", "cid"):
            expected = [a.event for a in self.kept if a.entity == entity]
            assert [stored.event for stored in self.store.events(entity)] == expected
            assert sorted(self.store.timeline(entity).events) == sorted(expected)

    @invariant()
    def counts_what_it_should(self) -> None:
        if self.model is None:
            return
        for moment, fact in product(MOMENTS, self.model.facts):
            [table] = tables_of([fact])
            events = [a.event for a in self.counted[table]]
            expected = item_facts_at([fact], events, moment, self.model.clock)
            found = self.store.facts(moment)
            for item in map(str, range(7)):
                assert found.get(item)[fact.name] == expected.get(item, {}).get(fact.name, 0)

    def teardown(self) -> None:
        self.store.close()
        shutil.rmtree(self.home)


TestActs = Acts.TestCase
TestActs.settings = settings(max_examples=12, stateful_step_count=20, deadline=None)


class ActsOnServer(Acts):
    """The same acts on a server; a second process, which looks at the same tables, answers every question."""

    stores: Schemas

    def opened(self, merge_at: int) -> LiveStore:
        if hasattr(self, "other"):
            self.other.close()
        self.other = self.stores(self.home)
        return self.stores(self.home)

    def tallied(self) -> tuple[Table, ...]:
        return self.store._known(None).tallying.tables  # type: ignore[attr-defined]

    @rule()
    def the_other_takes_over(self) -> None:
        if self.model is not None:
            self.other.use(self.model)
        self.store, self.other = self.other, self.store

    def teardown(self) -> None:
        self.other.close()
        super().teardown()


def test_acts_on_a_server(on_server: Schemas) -> None:
    acts = type("OneServer", (ActsOnServer,), {"stores": on_server})
    run_state_machine_as_test(acts, settings=settings(max_examples=8, stateful_step_count=20, deadline=None))
