"""What is planted on either side is found, named, and ends with exit code 1."""

import json
from bisect import bisect_left
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from parity.shops import EVERYTHING, SOME, add_run, late_shop
from willbuy.cli import app
from willbuy.features.algebra import Distinct
from willbuy.features.catalogue import load_python
from willbuy.features.feature_set import with_parts
from willbuy.features.live.history import History, evaluators
from willbuy.features.live.timeline import Timeline
from willbuy.parity import prove
from willbuy.parity.comparison import POPULATION
from willbuy.parity.known_facts import KnownFacts
from willbuy.shop import Shop


def forget_the_window(self: History, feature: Any) -> Any:
    return self.within(feature.kinds, type(feature.window)(), feature.category)


def see_what_came_later(self: Timeline, moment: int) -> Timeline:
    return self


def see_the_moment_itself(times: list[int], moment: int, *bounds: int) -> int:
    return bisect_left(times, moment + 1, *bounds)


def forget_the_receipt(self: KnownFacts, name: str, day: int, hour: int) -> dict[str, int]:
    return {fact: count + (count > 2) for fact, count in OF(self, name, day, hour).items()}


OF = KnownFacts.of

PLANTED = {
    "windows": ("willbuy.features.live.history.History.bounds", forget_the_window),
    "late events": ("willbuy.features.live.timeline.Timeline.known_at", see_what_came_later),
    "the moment itself": ("willbuy.features.live.history.bisect_left", see_the_moment_itself),
    "facts about items": ("willbuy.parity.known_facts.KnownFacts.of", forget_the_receipt),
}


@pytest.mark.parametrize("fault", PLANTED)
def test_what_is_planted_is_found(fault: str, few: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(*PLANTED[fault])
    proof = prove(few, n=200)
    assert proof.mismatches > 10
    assert not proof.clean


def test_a_faulty_evaluator_is_named_and_the_exit_code_is_1(
    few: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    sound = evaluators[Distinct]
    monkeypatch.setitem(evaluators, Distinct, lambda feature, history: min(sound(feature, history), 3))
    asked = ["parity", "--shop", str(few.folder / "shop.toml"), "--moments", "150"]
    done = CliRunner().invoke(app, [*asked, "--json"])
    assert done.exit_code == 1
    found = json.loads(done.stdout)
    differ = {one["name"] for one in found["features"] if one["mismatches"]}
    assert differ
    assert differ <= {f.name for f in SOME if any(isinstance(p, Distinct) for p in with_parts(f))}
    assert all(
        one["live"] == 3 < one["batch"] and one["entity"].startswith("visitor") for one in found["first"]
    )
    assert json.loads((few.home / "runs" / "0001" / "parity.json").read_text())["mismatches"] > 0
    said = CliRunner().invoke(app, asked)
    assert said.exit_code == 1
    assert "run 0001 must not be served" in " ".join(said.stdout.split())
    monkeypatch.undo()
    again = CliRunner().invoke(app, asked)
    assert again.exit_code == 0
    assert "0 mismatches" in again.stdout


SELF_WRITTEN = """
from dataclasses import dataclass
from typing import ClassVar
from willbuy.features.algebra import Window, Windowed
from willbuy.features.batch.query import compiles
from willbuy.features.live.history import evaluates

@dataclass(frozen=True)
class Cheap(Windowed):
    key: ClassVar[str] = "cheap_%s"
    unit_text: ClassVar[str] = "events"
    name = property(lambda self: self.key)
    meaning = property(lambda self: "events that cost less than 500.00")

@compiles(Cheap)
def in_sql(feature, query):
    return query.count(feature.name, query.matches(feature, query.column("price") + " < 50000"))

@evaluates(Cheap)
def live(feature, history):
    stream, first, end = history.bounds(feature)
    return sum(price is not None and price %s 50000 for price in stream.field("price")[first:end])

FEATURES = (Cheap(("view",), Window.parse("7d")),)
"""


@pytest.mark.parametrize(("name", "sign"), [("right", "<"), ("wrong", ">")])
def test_a_shops_own_class_is_compared_like_all_others(name: str, sign: str, tmp_path: Path) -> None:
    shop = late_shop(tmp_path, entities=6)
    (tmp_path / "mine.py").write_text(SELF_WRITTEN % (name, sign), encoding="utf-8")
    shop = shop.model_copy(update={"features": shop.features.model_copy(update={"python": "mine.py"})})
    add_run(shop, replace(EVERYTHING, features=load_python(shop)))
    proof = prove(shop, n=60)
    assert set(proof.compared) == {f"cheap_{name}", POPULATION}
    assert (proof.mismatches > 0) == (name == "wrong")
