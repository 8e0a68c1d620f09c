"""The truth of the simulated shop is true: calibrated on what happened, and equal to the share of re-simulated futures."""

from datetime import datetime, timedelta
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd
import pytest

from willbuy.events.simulation import write_simulated_log
from willbuy.events.simulation.block import Block, Simulation
from willbuy.events.simulation.presets import BUY, PRESETS
from willbuy.events.simulation.truth import Chain, truth_at
from willbuy.events.simulation.visits import Visits, Walk, choose

START = datetime(2015, 5, 3, 3)
VISITORS = {"dense": 20_000, "retailrocket": 120_000}


def read(parquet: Path) -> pd.DataFrame:
    return duckdb.sql(f"FROM read_parquet('{parquet}')").df()


@pytest.fixture(scope="module")
def truths(tmp_path_factory: pytest.TempPathFactory) -> dict[str, pd.DataFrame]:
    return {preset: snapshots_of(preset, tmp_path_factory.mktemp(preset)) for preset in VISITORS}


@pytest.fixture(params=sorted(VISITORS))
def snapshots(request: pytest.FixtureRequest, truths: dict[str, pd.DataFrame]) -> pd.DataFrame:
    return truths[request.param]


def snapshots_of(preset: str, room: Path) -> pd.DataFrame:
    """Every visitor seen before every anchor: `probability` as written, `label` and `active` as the log shows them."""
    write_simulated_log(
        room / "events.csv", visitors=VISITORS[preset], preset=preset, seed=23, truth=room / "t.parquet"
    )
    truth, log = read(room / "t.parquet"), pd.read_csv(room / "events.csv")
    log["time"] = pd.to_datetime(log.timestamp, unit="ms")
    parts = []
    for anchor, part in truth.groupby("anchor"):
        later = log[
            (log.time >= anchor) & (log.time < anchor + timedelta(days=7)) & (log.event == "transaction")
        ]
        before = log[log.time < anchor]
        recent = before[before.time >= anchor - timedelta(days=30)]
        assert set(part.visitorid) == set(before.visitorid)
        parts.append(
            part.assign(
                label=part.visitorid.isin(later.visitorid), active=part.visitorid.isin(recent.visitorid)
            )
        )
    return pd.concat(parts, ignore_index=True)


def surprise(label: pd.Series, probability: pd.Series) -> float:
    """Standard deviations between what happened and what was to be expected."""
    spread = float(np.sqrt((probability * (1 - probability)).sum()))
    return float((label - probability).sum()) / max(spread, 1e-9)


def test_truth_is_calibrated_in_every_bin(snapshots: pd.DataFrame) -> None:
    bins = pd.cut(snapshots.probability, [-1, 1e-4, 1e-3, 0.01, 0.03, 0.06, 0.1, 0.2, 0.3, 0.4, 0.5, 0.65, 1])
    found = [surprise(part.label, part.probability) for _, part in snapshots.groupby(bins, observed=True)]
    assert len(found) >= 8
    assert max(map(abs, found)) < 4
    assert np.square(found).sum() < len(found) + 4 * np.sqrt(2 * len(found))
    assert abs(surprise(snapshots.label, snapshots.probability)) < 3.5


def test_truth_is_calibrated_at_every_anchor(snapshots: pd.DataFrame) -> None:
    found = [surprise(part.label, part.probability) for _, part in snapshots.groupby("anchor")]
    assert len(found) == 19
    assert max(map(abs, found)) < 4


@pytest.mark.parametrize(("preset", "share"), [("dense", 0.65), ("retailrocket", 0.85)])
def test_truth_tells_buyers_from_others(truths: dict[str, pd.DataFrame], preset: str, share: float) -> None:
    """Its log loss is at most this share of the base rate's, among those active within 30 days."""
    active = truths[preset][truths[preset].active]
    chance = active.label.mean()
    likely = active.probability.clip(1e-9, 1 - 1e-9)
    loss = -np.where(active.label, np.log(likely), np.log(1 - likely)).mean()
    without = -(chance * np.log(chance) + (1 - chance) * np.log(1 - chance))
    assert loss < share * without


def test_dense_has_many_buyers_and_a_steady_base_rate(truths: dict[str, pd.DataFrame]) -> None:
    active = truths["dense"][truths["dense"].active]
    rates = active.groupby("anchor").label.mean().iloc[4:]
    assert rates.between(0.07, 0.12).all()
    assert rates.iloc[-1] / rates.iloc[:-1].mean() == pytest.approx(1, abs=0.12)


@pytest.mark.parametrize("preset", sorted(VISITORS))
def test_survival_is_the_exponential_of_the_generator(preset: str) -> None:
    """The sum of exponentials against the matrix exponential, by its series."""
    chain = Chain(PRESETS[preset])
    for span in (0.0, 0.5, 7.0):
        expected = np.stack([series(generator * span).sum(axis=1) for generator in chain.unsold])
        found = chain.survival(np.arange(len(chain.unsold)), np.full((len(chain.unsold), 1), span))
        assert found == pytest.approx(expected, abs=1e-10)


def series(matrix: np.ndarray) -> np.ndarray:
    """exp(matrix): the power series of a small part of it, squared up again."""
    small, term = matrix / 2**12, np.eye(len(matrix))
    total = term
    for n in range(1, 12):
        term = term @ small / n
        total = total + term
    return np.linalg.matrix_power(total, 2**12)


FUTURES = 4_000


@pytest.mark.parametrize("preset", sorted(VISITORS))
def test_truth_equals_the_share_of_futures_that_buy(preset: str) -> None:
    """From the last visit of each profile on, live again and again; keep the lives that were silent until the anchor."""
    simulation = Simulation(PRESETS[preset], 30_000, 5, 60, START)
    block = next(simulation.blocks(30_000))
    anchor, horizon = 40.3, 7.0
    truth = truth_at(block, Chain(simulation.preset), simulation.clock, anchor, horizon)
    found = []
    for row in profiles(block, truth.visitor, truth.probability, anchor):
        seen = futures(simulation, block.visits, row, anchor, horizon)
        expected = truth.probability[truth.visitor == block.visits.visitor[row]][0]
        assert len(seen) > 300
        found.append((seen.mean() - expected) / np.sqrt(max(expected * (1 - expected), 1e-4) / len(seen)))
    assert len(found) >= 12
    assert max(map(abs, found)) < 4
    assert np.square(found).sum() < len(found) + 4 * np.sqrt(2 * len(found))


def profiles(block: Block, visitor: np.ndarray, probability: np.ndarray, anchor: float) -> list[int]:
    """The last visits of twenty visitors, spread over the probabilities, silent for less than twelve days."""
    visits = block.visits
    past = np.flatnonzero(visits.start < anchor)
    last = past[np.append(visits.visitor[past][1:] != visits.visitor[past][:-1], True)]
    ended = visits.start[last] + visits.length[last]
    ready = last[(ended < anchor) & (ended > anchor - 12)]
    ranks = np.argsort(probability[np.searchsorted(visitor, visits.visitor[ready])])
    return [int(row) for row in ready[ranks[np.linspace(len(ranks) // 2, len(ranks) - 1, 20).astype(int)]]]


def futures(simulation: Simulation, visits: Visits, row: int, anchor: float, horizon: float) -> np.ndarray:
    """Which of the lives after the visit `row`, among those without another visit before the anchor, buy in time."""
    walk = Walk(simulation.preset, simulation.clock, simulation.shelf, np.random.default_rng(row))
    walk.wanted, walk.open = np.zeros(FUTURES, np.int64), np.zeros(FUTURES, bool)
    who, pace = np.arange(FUTURES), np.full(FUTURES, visits.pace[row])
    state = choose(walk.rng, walk.after, np.full(FUTURES, visits.kind[row]))
    at = np.full(FUTURES, float(simulation.clock.business(visits.start[row] + visits.length[row])))
    walk.live(who, pace, state, at, float(simulation.clock.business(anchor + horizon)))
    lived = Visits.join(walk.seen)
    silent = np.ones(FUTURES, bool)
    silent[lived.visitor[lived.start < anchor]] = False
    bought = np.zeros(FUTURES, bool)
    bought[lived.visitor[(lived.kind == BUY) & (lived.start + lived.length < anchor + horizon)]] = True
    return bought[silent]


def test_a_visit_under_way_counts_with_what_is_left_of_it() -> None:
    """At an anchor within a purchase visit the purchase is certain; just after it, it is not."""
    simulation = Simulation(PRESETS["dense"], 3_000, 8, 60, START)
    block = next(simulation.blocks(3_000))
    visits = block.visits
    row = int(np.flatnonzero((visits.kind == BUY) & (visits.length > 0.001) & (visits.start > 20))[0])
    chain, moment = Chain(simulation.preset), visits.start[row] + visits.length[row]
    within, after = (truth_at(block, chain, simulation.clock, moment + step, 7.0) for step in (-1e-4, 1e-4))
    assert within.probability[within.visitor == visits.visitor[row]][0] == 1.0
    assert after.probability[after.visitor == visits.visitor[row]][0] < 0.6


def test_bots_never_buy(tmp_path: Path) -> None:
    write_simulated_log(
        tmp_path / "events.csv",
        visitors=20_000,
        preset="dense",
        seed=2,
        days=40,
        truth=tmp_path / "t.parquet",
    )
    truth, log = read(tmp_path / "t.parquet"), pd.read_csv(tmp_path / "events.csv")
    bot = log.visitorid.value_counts().index[0]
    assert (truth[truth.visitorid == bot].probability == 0.0).all()
    assert (truth.probability == 0.0).any()


@pytest.mark.parametrize("preset", sorted(PRESETS))
def test_presets_are_proper(preset: str) -> None:
    """Probabilities add up to 1; the rates of leaving differ, which the closed form needs."""
    shop = PRESETS[preset]
    rows = (shop.arrive, *shop.after, *shop.outcome[1:], tuple(share for share, _ in shop.pace))
    assert [sum(row) for row in rows] == pytest.approx([1.0] * len(rows))
    assert all(value >= 0 for row in rows for value in row)
    for generator in Chain(shop).silent:
        assert np.min(np.abs(np.diff(np.sort(np.diag(generator))))) > 0.01
