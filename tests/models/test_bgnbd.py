"""BG/NBD: the published figures, the formulas against integration and simulation, recovery, and its columns."""

from itertools import pairwise

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from scipy.integrate import quad
from scipy.special import betaln, hyp2f1

from willbuy.errors import NotEnoughData
from willbuy.models.bgnbd import BGNBD, bgnbd_columns, fit_bgnbd
from willbuy.models.bgnbd_fit import log_likelihood

CDNOW = BGNBD(r=0.243, alpha=4.414, a=0.793, b=2.426)  # weeks; Fader, Hardie & Lee 2005, 2,357 customers
POSITIVE = st.floats(np.log(0.05), np.log(20)).map(lambda log: float(np.exp(log)))


def simulate(
    model: BGNBD, age: np.ndarray, random: np.random.Generator, later: float = 0.0
) -> tuple[np.ndarray, ...]:
    """(frequency, recency, alive at age, purchases within `later` after age), as the model's story tells them."""
    n = len(age)
    rate, leaves = random.gamma(model.r, 1 / model.alpha, n), random.beta(model.a, model.b, n)
    frequency, recency, after = np.zeros(n), np.zeros(n), np.zeros(n)
    time, here, alive = np.zeros(n), np.ones(n, dtype=bool), np.ones(n, dtype=bool)
    while here.any():
        time = time + random.exponential(1.0, n) / np.maximum(rate, 1e-300)
        before, within = here & (time <= age), here & (time > age) & (time <= age + later)
        frequency += before
        recency = np.where(before, time, recency)
        after += within
        gone = (before | within) & (random.random(n) < leaves)
        alive &= ~(gone & before)
        here &= (time <= age + later) & ~gone
    return frequency, recency, alive, after


def test_the_papers_customer():
    """Customer 1516 of CDNOW, worked through in the paper's spreadsheet note: 1.226 purchases in 39 weeks."""
    assert CDNOW.expected_purchases(2, 30.43, 38.86, 39)[0] == pytest.approx(1.226, abs=5e-4)
    assert CDNOW.p_alive(0, 0, 38.86)[0] == 1.0


def integrated(model: BGNBD, x: float, age: float, horizon: float) -> float:
    """Expected purchases of a customer alive at `age`, integrated over the chance to leave after a purchase.

    Given rate and chance p, (1 - exp(-rate p t)) / p purchases are expected; the rate integrates in closed form.
    """

    def weighted(logit: float) -> float:
        p = 1 / (1 + np.exp(min(-logit, 600.0)))  # the quotient is at its limit long before
        weight = -model.a * np.logaddexp(0, -logit) - (model.b + x) * np.logaddexp(0, logit)
        bought = -np.expm1(-(model.r + x) * np.log1p(p * horizon / (model.alpha + age))) / p
        return float(np.exp(weight - betaln(model.a, model.b + x)) * bought)

    mode = np.log(model.a / (model.b + x))
    low, high = mode - 40 / min(model.a, 1), mode + 40 / min(model.b + x, 1) + 10
    edges = (low, mode - 5, mode, mode + 5, high)
    parts = pairwise(edges)
    return sum(quad(weighted, *part, limit=200, epsabs=0, epsrel=1e-10)[0] for part in parts)


@given(
    r=POSITIVE,
    alpha=POSITIVE,
    a=st.one_of(POSITIVE, st.sampled_from([1.0, 1 - 1e-9, 1 + 1e-5, 0.999, 1.0002])),
    b=POSITIVE,
    x=st.sampled_from([0, 1, 2, 7, 50, 400, 5000]),
    age=st.floats(0.01, 1000),
    horizon=st.floats(0.01, 400),
)
def test_expected_purchases_equal_direct_integration(r, alpha, a, b, x, age, horizon):
    model = BGNBD(r, alpha, a, b)
    alive = model.p_alive(x, age, age)[0]
    assert model.expected_purchases(x, age, age, horizon)[0] == pytest.approx(
        alive * integrated(model, x, age, horizon), rel=1e-6, abs=1e-9
    )


def test_a_young_customer_whom_library_hypergeometrics_get_wrong():
    """n - a nearly whole and z = 0.998: the figure is by 60-digit arithmetic; hyp2f1 is off in the fifth digit."""
    e = 2.718281828459045
    model = BGNBD(r=e, alpha=0.05, a=e, b=15.642631884188171)
    expected = model.expected_purchases(1, 0.05, 0.05, 55.0) / model.p_alive(1, 0.05, 0.05)
    assert expected[0] == pytest.approx(10.679523979800713, rel=1e-9)


@given(
    r=POSITIVE,
    alpha=POSITIVE,
    a=POSITIVE,
    b=POSITIVE,
    x=st.sampled_from([0, 1, 30, 2000]),
    age=st.floats(0.1, 1000),
    share=st.floats(0.001, 0.85),
)
def test_expected_purchases_equal_the_papers_closed_form(r, alpha, a, b, x, age, share):
    """Equation (10) by scipy, after Euler's transformation, where scipy can be trusted: z below 0.9, a not near 1."""
    assume(abs(a - 1) > 0.01)
    horizon = share / (1 - share) * (alpha + age)
    model, third = BGNBD(r, alpha, a, b), a + b + x - 1
    series = (1 - share) ** (a - 1) * hyp2f1(a + b - 1 - r, a - 1, third, share)
    closed = third / (a - 1) * (1 - series) * model.p_alive(x, age, age)[0]
    assert model.expected_purchases(x, age, age, horizon)[0] == pytest.approx(closed, rel=1e-6, abs=1e-9)


def test_a_customer_alone_gets_what_he_gets_among_others():
    random = np.random.default_rng(6)
    age = random.uniform(0.1, 39, 3_000)
    x, recency, _, _ = simulate(CDNOW, age, random)
    together = CDNOW.expected_purchases(x, recency, age, 30.0)
    alone = [CDNOW.expected_purchases(x[i], recency[i], age[i], 30.0)[0] for i in range(200)]
    assert alone == together[:200].tolist()
    assert CDNOW.expected_purchases([], [], [], 30.0).shape == (0,)
    unknown = CDNOW.expected_purchases([np.nan, 2], [np.nan, 30.43], [np.nan, 38.86], 39)
    assert np.isnan(unknown[0])
    assert unknown[1] == pytest.approx(1.226, abs=5e-4)


@given(
    r=POSITIVE,
    alpha=POSITIVE,
    a=POSITIVE,
    b=POSITIVE,
    x=st.integers(0, 100_000),
    age=st.floats(1e-6, 1e5),
    share=st.floats(0, 1),
    horizon=st.floats(1e-3, 1e4),
)
def test_what_leaves_is_always_sensible(r, alpha, a, b, x, age, share, horizon):
    model = BGNBD(r, alpha, a, b)
    recency = share * age if x else 0.0
    alive = model.p_alive(x, recency, age)[0]
    bought = model.purchase_probability(x, recency, age, horizon)[0]
    expected = model.expected_purchases(x, recency, age, horizon)[0]
    assert 0 <= alive <= 1
    assert 0 <= bought <= alive
    # at least one purchase is never likelier than the number expected, nor that more than of a shop nobody leaves
    assert bought <= expected * (1 + 1e-6) + 1e-12
    assert expected <= alive * (r + x) / (alpha + age) * horizon * (1 + 1e-6) + 1e-12


def test_formulas_equal_simulation():
    random = np.random.default_rng(5)
    n = 400_000
    x, _, alive, after = simulate(CDNOW, np.full(n, 30.0), random, later=20.0)
    _, recency, _, _ = simulate(CDNOW, np.full(n, 30.0), np.random.default_rng(5), later=20.0)
    for low, high in ((0, 0), (1, 1), (2, 3), (4, 100)):
        part = (x >= low) & (x <= high)
        given = (x[part], recency[part], 30.0)
        pairs = (
            (CDNOW.p_alive(*given), alive[part]),
            (CDNOW.expected_purchases(*given, 20.0), after[part]),
            (CDNOW.purchase_probability(*given, 20.0), after[part] > 0),
        )
        for expected, happened in pairs:
            error = (happened - expected).std() / np.sqrt(part.sum())
            assert abs(happened.mean() - expected.mean()) < 4 * error + 1e-12


@given(
    logs=st.tuples(*[st.floats(-2, 2)] * 4),
    rows=st.lists(
        st.tuples(st.integers(0, 40), st.floats(0.01, 50), st.floats(0, 1)), min_size=1, max_size=8
    ),
)
def test_the_gradient_is_the_likelihoods(logs, rows):
    x, age, share = (np.array(column, dtype=float) for column in zip(*rows, strict=True))
    columns = (x, np.where(x > 0, share * age, 0.0), age)
    counts = np.arange(1, len(x) + 1)
    point = np.exp(np.array(logs))
    gradient = log_likelihood(point, columns, counts)[1]
    for number in range(4):
        step = np.zeros(4)
        step[number] = 1e-5 * point[number]
        rise = (
            log_likelihood(point + step, columns, counts)[0]
            - log_likelihood(point - step, columns, counts)[0]
        )
        assert gradient[number] == pytest.approx(rise / (2 * step[number]), rel=1e-4, abs=1e-4)


def likelihood_by_the_paper(model: BGNBD, x: float, last: float, age: float) -> float:
    """The individual likelihood (1 - p)^x rate^x e^(-rate T) + 1{x > 0} p (1 - p)^(x - 1) rate^x e^(-rate t_x), drawn."""
    random = np.random.default_rng(9)
    rate, p = random.gamma(model.r, 1 / model.alpha, 2_000_000), random.beta(model.a, model.b, 2_000_000)
    drawn = (1 - p) ** x * rate**x * np.exp(-rate * age)
    if x:
        drawn += p * (1 - p) ** (x - 1) * rate**x * np.exp(-rate * last)
    return float(drawn.mean())


@pytest.mark.parametrize(("x", "last", "age"), [(0, 0.0, 5.0), (1, 2.0, 5.0), (3, 4.0, 10.0)])
def test_the_likelihood_is_the_papers(x, last, age):
    columns = tuple(np.array([value], dtype=float) for value in (x, last, age))
    point = np.array([CDNOW.r, CDNOW.alpha, CDNOW.a, CDNOW.b])
    ours = np.exp(log_likelihood(point, columns, np.array([1]))[0])
    assert ours == pytest.approx(likelihood_by_the_paper(CDNOW, x, last, age), rel=0.02)


@pytest.mark.parametrize("truth", [CDNOW, BGNBD(r=0.9, alpha=6.0, a=0.3, b=3.0)])
def test_the_parameters_are_recovered_within_their_sampling_error(truth):
    """Within four standard errors each, which the curvature of the likelihood gives, and these are small."""
    random = np.random.default_rng(1)
    age = random.uniform(27, 39, 40_000)
    x, recency, _, _ = simulate(truth, age, random)
    found, true = (np.array(list(m.to_dict().values())) for m in (fit_bgnbd(x, recency, age), truth))
    columns, counts = (x, recency, age), np.ones(len(x), dtype=np.int64)

    def slope(logs: np.ndarray) -> np.ndarray:
        return log_likelihood(np.exp(logs), columns, counts)[1] * np.exp(logs)

    at, steps = np.log(found), np.eye(4) * 1e-4
    curvature = np.array([(slope(at - step) - slope(at + step)) / 2e-4 for step in steps])
    error = np.sqrt(np.diag(np.linalg.inv((curvature + curvature.T) / 2)))
    assert (error < 0.15).all()
    assert (np.abs(at - np.log(true)) < 4 * error).all()
    # at the top: the slope is a small part of a standard error's rise
    assert (np.abs(slope(at)) * error < 0.05).all()
    assert log_likelihood(found, columns, counts)[0] > log_likelihood(true, columns, counts)[0]


def test_a_fit_does_not_depend_on_the_unit_of_time_or_the_order():
    random = np.random.default_rng(3)
    age = random.uniform(27, 39, 3_000)
    x, recency, _, _ = simulate(CDNOW, age, random)
    weeks, days = fit_bgnbd(x, recency, age), fit_bgnbd(x, recency * 7, age * 7)
    assert days.alpha == pytest.approx(7 * weeks.alpha, rel=1e-4)
    assert (days.r, days.a, days.b) == pytest.approx((weeks.r, weeks.a, weeks.b), rel=1e-3)
    order = random.permutation(len(x))
    assert fit_bgnbd(x[order], recency[order], age[order]).r == pytest.approx(weeks.r, rel=1e-5)
    assert fit_bgnbd(x, recency, age) == weeks


def test_shops_at_the_edge_give_finite_parameters():
    """Nobody ever leaves; everybody leaves after the first repeat; all alike: where likelihood has no top."""
    random = np.random.default_rng(4)
    age = np.full(500, 100.0)
    steady = (random.poisson(10, 500).astype(float) + 1, age * random.uniform(0.95, 1, 500), age)
    once = (np.ones(500), random.uniform(1, 5, 500), age)
    alike = (np.full(500, 4.0), np.full(500, 50.0), age)
    for x, recency, whole in (steady, once, alike):
        model = fit_bgnbd(x, recency, whole)
        assert all(0 < value < 1e9 for value in model.to_dict().values())
        assert np.isfinite(model.expected_purchases(x, recency, whole, 30)).all()
    assert fit_bgnbd(*steady).p_alive(*steady).mean() > 0.9
    assert fit_bgnbd(*once).p_alive(*once).mean() < 0.2


def test_too_few_repeaters_say_how_many():
    x = np.array([1.0] * 49 + [0.0] * 51)
    with pytest.raises(
        NotEnoughData, match=r"49 of 100 customers bought on more than one day; BG/NBD needs 50"
    ):
        fit_bgnbd(x, x, np.full(100, 9.0))


@pytest.mark.parametrize(("x", "recency", "age"), [(-1, 0, 5), (1, 6, 5), (1, -1, 5), (1, np.nan, 5)])
def test_impossible_rows_are_refused(x, recency, age):
    good = np.ones(60)
    with pytest.raises(ValueError, match="expected frequency >= 0 and 0 <= recency <= age"):
        fit_bgnbd(np.append(good, x), np.append(good, recency), np.append(good * 5, age))


def test_parameters_go_into_a_manifest_and_back():
    assert BGNBD.from_dict(CDNOW.to_dict()) == CDNOW
    with pytest.raises(ValueError, match="expected finite numbers above 0"):
        BGNBD.from_dict({**CDNOW.to_dict(), "a": 0.0})


def snapshots(n: int, seed: int) -> pd.DataFrame:
    random = np.random.default_rng(seed)
    first = random.uniform(27, 39, n)
    x, recency, _, _ = simulate(CDNOW, first, random)
    return pd.DataFrame(
        {
            "entity": [f"c{number}" for number in range(n)],
            "active_days_purchase": (x + 1).astype(int),
            "days_since_first_purchase": first,
            "days_since_last_purchase": first - recency,
        },
        index=np.arange(n) + 1000,
    )


def test_columns_of_one_anchor():
    frame = snapshots(2000, seed=1)
    frame.loc[frame.index[:3], ["days_since_first_purchase", "days_since_last_purchase"]] = np.nan
    frame.loc[frame.index[:3], "active_days_purchase"] = 0
    columns = bgnbd_columns(frame, 30)
    assert list(columns) == ["expected_purchases", "p_alive"]
    assert columns.index.equals(frame.index)
    assert columns.iloc[:3].isna().all(axis=None)
    assert columns.iloc[3:].notna().all(axis=None)
    rest = frame.iloc[3:]
    x, first = rest["active_days_purchase"] - 1, rest["days_since_first_purchase"]
    recency = first - rest["days_since_last_purchase"]
    model = BGNBD.from_dict(columns.attrs["bgnbd"])
    assert model == fit_bgnbd(x, recency, first)
    np.testing.assert_allclose(columns["p_alive"].iloc[3:], model.p_alive(x, recency, first))
    np.testing.assert_allclose(
        columns["expected_purchases"].iloc[3:], model.expected_purchases(x, recency, first, 30)
    )
    assert columns.attrs["reason"] is None


def test_columns_under_other_names_and_types():
    frame = snapshots(500, seed=2)
    names = {"active_days_purchase": "d", "days_since_first_purchase": "f", "days_since_last_purchase": "l"}
    other = frame.rename(columns=names).astype({"d": "Int64", "f": "Float64"})
    other.loc[len(other) + 1000] = ["new", pd.NA, pd.NA, np.nan]
    columns = bgnbd_columns(other, 30, active_days="d", since_first="f", since_last="l")
    pd.testing.assert_frame_equal(columns.iloc[:-1], bgnbd_columns(frame, 30), check_freq=False)
    assert columns.iloc[-1].isna().all()


def test_too_few_repeaters_give_nulls_and_the_reason():
    columns = bgnbd_columns(snapshots(60, seed=3), 30)
    assert columns.isna().all(axis=None)
    assert columns.dtypes.tolist() == [np.float64] * 2
    assert columns.attrs["bgnbd"] is None
    assert "customers bought on more than one day; BG/NBD needs 50" in columns.attrs["reason"]
    assert bgnbd_columns(snapshots(0, seed=3), 30).attrs["reason"].startswith("0 of 0 customers")
