"""B6: every vector that the service logged, computed again from the log with what had been received by then."""

import json
import random
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np
import pytest
from starlette.testclient import TestClient
from typer.testing import CliRunner

from scoring.conftest import ready
from service.conftest import client_of, state_of
from willbuy.cli import app
from willbuy.errors import NotEnoughData, WillbuyError
from willbuy.events.ingest import ingest_live
from willbuy.events.live import EventReader
from willbuy.features.feature_set import FeatureSet
from willbuy.features.live import Evaluator, Timeline
from willbuy.parity import prove_served
from willbuy.parity.differences import KINDS
from willbuy.scoring.feature_rows import bundle_of_run
from willbuy.shop import Shop
from willbuy.store import Store
from willbuy.store.live_log import LiveLog
from willbuy.store.loading import load_history
from willbuy.store.predictions import Answer, PredictionLog
from willbuy.store.predictions.reading import read_answers

START = datetime(2015, 7, 25, 7)


@dataclass
class Day:
    """A service over a shop, by a clock that the test moves; the same draw gives the same day."""

    client: TestClient
    now: datetime
    draw: random.Random
    known: list[str]
    pace: tuple[int, ...] = (1, 30, 400, 2000)

    def go_on(self, steps: int) -> None:
        """Each step some seconds on: events of visitors old and new, a tenth of them late, and scores at any moment."""
        for step in range(steps):
            self.now += timedelta(seconds=self.draw.choice(self.pace), microseconds=step)
            visitor = self.send(step) if self.draw.random() < 0.6 else self.draw.choice(self.known)
            back = self.draw.choice([0, 0, 0, 1, 3600, 90_000])
            at = f"?as_of={(self.now - timedelta(seconds=back)).isoformat()}Z" if back else ""
            assert self.client.get(f"/visitors/{visitor}/score{at}").status_code in (200, 404)

    def send(self, step: int) -> str:
        """Some events of one visitor, one of them twice. Returns who it was."""
        new = self.draw.random() < 0.3
        visitor = f"new {step}" if new else self.draw.choice(self.known)
        self.known += [visitor] * new
        late = timedelta(days=self.draw.choice([0] * 9 + [2]))
        events = [
            {
                "entity": visitor,
                "time": f"{(self.now - late - timedelta(seconds=5 * number)).isoformat()}Z",
                "kind": self.draw.choice(["view", "view", "view", "cart", "purchase"]),
                "item": str(self.draw.randrange(30)),
                "event_id": f"e{step}-{number}",
            }
            for number in range(self.draw.randrange(1, 4))
        ]
        answer = self.client.post("/events", json=[*events, events[0]]).json()
        assert (answer["accepted"], answer["duplicates"]) == (len(events), 1)
        return visitor


def day_of(shop: Shop, steps: int, pace: tuple[int, ...] = Day.pace) -> None:
    """Serve a day, and ingest what came live."""
    load_history(shop)
    with Store(shop.home) as store:
        state = state_of(shop, store=store, reader=EventReader(shop))
        store.use(state.holder.current.features)  # type: ignore[union-attr,arg-type]
        ids = [str(number) for number in range(40)]
        known = [one for one in ids if store.events(one)]
        day: Day
        state = replace(state, clock=lambda: day.now)
        with client_of(state) as client:
            day = Day(client, START, random.Random(5), known, pace)
            day.go_on(steps)
        state.log.close()
    with LiveLog(shop.home / "live") as live:
        ingest_live(shop, live)


@pytest.fixture(scope="module", params=["7d", "session"])
def shop(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    """A shop whose service has scored and received events for a day."""
    found = ready(tmp_path_factory.mktemp("served"), within=request.param, as_of=None).shop
    day_of(found, 260)
    yield found


def test_every_logged_vector_is_found_again(shop: Shop) -> None:
    served = prove_served(shop)
    assert [served.count(kind) for kind in KINDS] == [0, 0, 0]
    assert (served.unknown, served.on_the_way, served.first, served.clean) == (0, 0, [], True)
    assert served.answers > 40
    assert served.values == served.answers * (29 if shop.target.within == "session" else 38)


@pytest.mark.gate
def test_ten_thousand_of_ten_thousand(tmp_path: Path) -> None:
    """B6 in full."""
    shop = ready(tmp_path, as_of=None).shop
    day_of(shop, 14_000, pace=(1, 5, 30))
    served = prove_served(shop)
    assert (served.answers, served.on_the_way) == (10_000, 0)
    assert served.clean


def test_the_command_says_so(shop: Shop) -> None:
    asked = ["parity", "--served", "--shop", str(shop.folder / "shop.toml")]
    done = CliRunner().invoke(app, asked)
    assert done.exit_code == 0
    assert done.stdout.startswith("mismatch 0, missing 0, extra 0: ")
    assert CliRunner().invoke(app, [*asked, "--run", "0001"]).exit_code != 0


def put(shop: Shop, *answers: Answer) -> None:
    """Add answers to the shop's log."""
    log = PredictionLog(shop.home, 100_000, lambda: START)
    for answer in answers:
        log.put(answer)
    log.close()


def test_an_event_on_its_way_explains_an_answer(shop: Shop) -> None:
    """An answer that was given right after an event had come, and before it was synced, knew nothing of it."""
    answers = [one for one in read_answers(shop.home) if one.as_of is not None]
    bundle = bundle_of_run(shop, "0001")
    features = FeatureSet.from_spec(bundle.manifest["features_spec"])
    with Store(shop.home) as store:
        store.use(features)
        entity = next(str(one.entity) for one in answers if len(live_of(store, str(one.entity))) > 1)
        received = live_of(store, entity)[-1]
        moment = received + timedelta(milliseconds=3)
        before = Timeline(e for e, _ in store.events(entity) if e.received is None or e.received < received)
        values = Evaluator(features).values(before, moment, store.facts(moment))
    early = np.array(values).tobytes()
    now = answers[0]._replace(id="early", entity=entity, as_of=moment, features=early)
    put(shop, now)
    served = prove_served(shop)
    assert (served.on_the_way, served.longest, served.clean) == (1, 0.003, True)


def live_of(store: Store, entity: str) -> list[datetime]:
    """When the live events of an entity were received, in order."""
    return sorted({e.received for e, live in store.events(entity) if live and e.received is not None})


def test_what_is_not_found_again_is_counted_by_kind(shop: Shop) -> None:
    """Three values of an answer are changed: another number, a null, a number where the log has none."""
    answers = [one for one in read_answers(shop.home) if one.as_of is not None]
    row = next(row for one in answers for row in [np.frombuffer(one.features)] if np.isnan(row).any())
    one = next(one for one in answers if one.features == row.tobytes())
    spoilt, known = row.copy(), np.flatnonzero(np.isfinite(row))
    spoilt[known[0]] += 1
    spoilt[known[1]] = np.nan
    spoilt[np.flatnonzero(np.isnan(row))[0]] = 7.0
    put(shop, one._replace(id="x", features=spoilt.tobytes()), one._replace(id="y", entity="nobody"))
    before = prove_served(shop)
    assert [before.count(kind) for kind in KINDS] == [1, 1, 1]
    assert (before.unknown, before.clean, len(before.first)) == (1, False, 3)
    asked = ["parity", "--served", "--shop", str(shop.folder / "shop.toml"), "--json"]
    done = CliRunner().invoke(app, asked)
    assert done.exit_code == 1
    found = json.loads(done.stdout)
    assert (found["mismatch"], found["missing"], found["extra"], found["unknown"]) == (1, 1, 1, 1)
    assert found["first"][0]["entity"] == one.entity


def test_without_answers_there_is_nothing_to_compute(tmp_path: Path) -> None:
    shop = ready(tmp_path).shop
    PredictionLog(shop.home, 90, lambda: START).close()
    with pytest.raises(NotEnoughData, match="no visitor was scored"):
        prove_served(shop)


def test_a_table_has_no_vectors_of_its_own(tmp_path: Path) -> None:
    from made_up_table import table_shop

    with pytest.raises(WillbuyError, match="nothing to compute again"):
        prove_served(table_shop(tmp_path))
