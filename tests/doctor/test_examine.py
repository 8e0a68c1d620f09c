"""The doctor's answer as a whole: what is asked, of which rows, and what the shop file's acceptances do to it."""

import numpy as np
import pytest

from willbuy.doctor.case import Case
from willbuy.doctor.diagnosis import Diagnosis, LeakFound
from willbuy.doctor.examine import examine, sample
from willbuy.doctor.finding import Finding
from willbuy.doctor.render import headline
from willbuy.doctor.suspicions import SUSPICIONS


def leaky(rows: int = 400) -> Case:
    """A table with a column that is the outcome."""
    random = np.random.default_rng(0)
    y = random.random(rows) < 0.2
    columns = {"hour": random.integers(0, 24, rows), "seconds": random.gamma(2, 90, rows)}
    return Case.of({**columns, "paid_cents": y * random.gamma(2, 900)}, y)


def test_every_suspicion_is_asked_and_says_what_came_of_it() -> None:
    found = examine(leaky())
    assert [one.suspicion for one in found.asked] == [one.name for one in SUSPICIONS]
    answers = {one.suspicion: one.answer for one in found.asked}
    assert answers["too_good"] == "1 finding" and answers["known_when"].startswith("not asked: ")


def test_a_leak_refuses_with_its_proof_and_both_ways_out() -> None:
    found = examine(leaky())
    ways = r'paid_cents.*ROC-AUC of 1\.000.*\[features\] drop = \["paid_cents"\].*accept = \{ "'
    with pytest.raises(LeakFound, match=ways) as e:
        found.refuse()
    assert "\n" not in str(e.value) and "Nothing was trained" in str(e.value)
    assert headline(found).startswith("1 finding that the shop file does not accept")


def test_an_accepted_leak_lets_training_go_on_and_stands_with_its_reason() -> None:
    name = "too_good:paid_cents"
    found = examine(leaky(), accept={name: "it is the deposit, paid before"})
    found.refuse()
    [one] = [one for one in found.to_result()["findings"] if one["name"] == name]
    assert one["accepted"] == "it is the deposit, paid before" and found.accepted == {name: one["accepted"]}
    assert headline(found) == "No leak found but 1 finding that the shop file accepts."


def test_an_acceptance_that_accepts_nothing_is_named() -> None:
    found = examine(leaky(), accept={"too_good:gone": "why"})
    assert found.to_result()["idle"] == ["too_good:gone"] and len(found.stopping) == 1


def test_the_gravest_findings_come_first() -> None:
    case = leaky()
    twice = Case.of({name: np.tile(values, 2) for name, values in case.columns.items()}, np.tile(case.y, 2))
    assert [one.grade for one in examine(twice).findings] == ["leak", "warning"]


def test_a_sample_keeps_entities_whole_and_rare_buyers() -> None:
    random = np.random.default_rng(3)
    entities = random.integers(0, 9000, 30_000)
    y = (random.random(30_000) < 0.01) & (entities % 7 == 0)
    case = Case.of({"x": random.normal(size=30_000)}, y, entities=entities)
    taken, said = sample(case, rows=3000)
    assert taken.positives == case.positives and "all that bought" in said
    assert 2500 < len(taken.y) < 3500
    assert taken.entities is not None
    whole = {entity: int((entities == entity).sum()) for entity in np.unique(taken.entities).tolist()[:50]}
    assert all((taken.entities == entity).sum() == count for entity, count in whole.items())
    again, _ = sample(case, rows=3000)
    assert np.array_equal(again.columns["x"], taken.columns["x"])


def test_few_rows_are_all_examined() -> None:
    assert sample(leaky())[1] == "all 400 rows"


def test_nothing_found_is_said() -> None:
    assert headline(Diagnosis()) == "No leak found." and Diagnosis().sentence() == ""


def test_no_feature_is_to_be_dropped_for_who_is_in_the_population() -> None:
    found = Finding("time_travel", "population", "leak", "somebody is in it", "Choose another [population]")
    assert "drop = " not in Diagnosis((found,)).sentence()


def test_one_buyer_fits_formulas_by_chance_and_they_are_not_asked_for() -> None:
    random = np.random.default_rng(1)
    columns = {name: random.integers(0, 9, 200) for name in ("views", "carts", "days")}
    found = examine(Case.of(columns, np.arange(200) == 7))
    assert "reconstruction" not in {finding.suspicion for finding in found.findings}
    assert any("not asked: only 1 entity has one of the outcomes" in asked.answer for asked in found.asked)
