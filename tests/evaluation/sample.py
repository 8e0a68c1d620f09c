"""A whole result as a pipeline would fill it, from a small made-up shop: for the tests of report and render."""

from datetime import datetime, timedelta
from typing import Any

import numpy as np
import pandas as pd

from willbuy.backtest import split_in_time
from willbuy.evaluation.at_thresholds import at_thresholds
from willbuy.evaluation.by_band import by_band
from willbuy.evaluation.evaluate import SideBySide, evaluate
from willbuy.evaluation.figures import COMPARED, figures_of, gap, spreads
from willbuy.evaluation.over_folds import over_folds
from willbuy.evaluation.profit import profit_curve
from willbuy.evaluation.result.decision import ProfitPoint, ThresholdResult
from willbuy.evaluation.result.elsewhere import OriginPoint, Origins, Shuffled
from willbuy.evaluation.result.metrics import Metrics
from willbuy.evaluation.result.run import Result
from willbuy.evaluation.rules import MODEL, evaluate_with_rules, fit_rules, rules_needed
from willbuy.evaluation.sealed import audit, unseen
from willbuy.evaluation.shuffled_words import in_words
from willbuy.evaluation.slices import evaluate_slices
from willbuy.evaluation.verdict import verdict
from willbuy.offers.bands import bands_for
from willbuy.offers.offered import offered, words_of
from willbuy.shop import Offer

WEEK = timedelta(days=7)
LAG = timedelta(hours=6)


def make_shop(visitors: int, skill: float, base: float, seed: int) -> pd.DataFrame:
    """Snapshots of 14 weekly anchors, the last of which has not matured, with the truth that made the labels."""
    rng = np.random.default_rng(seed)
    frames = []
    for number in range(14):
        n = int(visitors * rng.uniform(0.85, 1.15))
        days, carts, views = rng.exponential(9, n).clip(0.01, 30), rng.poisson(0.25, n), rng.poisson(4, n)
        z = -0.9 * np.log1p(days) + 1.3 * (carts > 0) + 0.08 * views + rng.normal(0, 0.8, n)
        z += np.log(base / (1 - base)) + 0.9 + 0.25 * np.sin(number / 2)
        known = skill * z + (1 - skill) * z.mean()
        frames.append(
            pd.DataFrame(
                {
                    "anchor": datetime(2024, 3, 4) + number * WEEK,
                    "entity_key": rng.integers(0, 6 * visitors, n),
                    "label": (rng.random(n) < 1 / (1 + np.exp(-z))).astype(int),
                    "p": 1 / (1 + np.exp(-known)),
                    "days_since_last_event": days,
                    "count_cart_7d": carts,
                    "count_purchase": rng.poisson(0.3, n),
                    "days_since_first_event": days + rng.exponential(60, n),
                }
            ).drop_duplicates("entity_key")
        )
    return pd.concat(frames, ignore_index=True)


def blurred(p: pd.Series) -> np.ndarray:
    """The probabilities of a model that sees a little less."""
    noise = np.random.default_rng(11).normal(0, 0.9, len(p))
    return np.asarray(1 / (1 + np.exp(-np.log(p / (1 - p)) - noise + 0.4)))


def make_thresholds(
    offer: Offer, train: pd.DataFrame, test: pd.DataFrame, draws: int
) -> tuple[list[ThresholdResult], list[ProfitPoint]]:
    """Thresholds chosen on the training part, as they do on the test part, and its profit curve."""
    found = offered(offer, train["p"].to_numpy(), train["label"].to_numpy(), population=len(test))
    chosen = {named.name: test["p"] >= named.threshold.value for named in found.thresholds}
    columns = test["label"], test["p"], test["entity_key"]
    tested = at_thresholds(test["label"], chosen, test["entity_key"], found.money, draws=draws, seed=4)
    listed = [
        {**one, "words": words_of(one["name"], offer), "test": tested[one["name"]]} for one in found.to_list()
    ]
    assert found.money is not None
    return listed, profit_curve(*columns, found.money, draws=draws, seed=4)  # type: ignore[return-value]


def make_origins(
    rows: pd.DataFrame, test: datetime, beside: SideBySide, differences: Any, draws: int
) -> Origins:
    """Three origins before the test, and the test."""
    points: list[OriginPoint] = []
    for number in (3, 2, 1):
        moment = test - number * WEEK
        ahead, past = rows[rows["anchor"] == moment], rows[rows["anchor"] <= moment - WEEK]
        found = evaluate(ahead["label"], ahead["p"], ahead["entity_key"], 0.2, draws=draws, seed=number)
        points.append(
            {
                "anchor": moment.isoformat(),
                "test": False,
                "train_rows": len(past),
                "train_base_rate": float(past["label"].mean()),
                "figures": figures_of(found),
                "difference": {
                    "value": 0.1 * number,
                    "low": 0.1 * number - 0.15,
                    "high": 0.1 * number + 0.15,
                },
            }
        )
    last = {
        **points[-1],
        "anchor": test.isoformat(),
        "test": True,
        "figures": figures_of(beside.metrics[MODEL]),
    }
    points.append({**last, "difference": next(iter(differences.values()))["average_precision"]})  # type: ignore[typeddict-item]
    over = spreads([point["figures"] for point in points])
    return {"points": points, "over": over, "rows": 60_000, "note": "All origins share their settings."}


def make_shuffled(rows: pd.DataFrame, test: Metrics, draws: int) -> Shuffled:
    """A quarter of all rows, drawn by chance."""
    held = rows.sample(frac=0.25, random_state=4)
    found = figures_of(evaluate(held["label"], held["p"], held["entity_key"], 0.2, draws=draws, seed=4))
    honest = figures_of(test)
    return {
        "promised": found,
        "held": honest,
        "gap": {name: gap(found[name], honest[name]) for name in COMPARED},  # type: ignore[literal-required]
        "rows": len(rows),
        "shared_share": 0.72,
        "how": f"{len(rows):,} rows shuffled, 75 % to learn from",
        "words": in_words(found, honest, "average_precision", future=True),
    }


def make_result(
    visitors: int = 3000,
    skill: float = 1.0,
    base: float = 0.04,
    seed: int = 7,
    draws: int = 200,
    test_buyers: bool = True,
    **changes: Any,
) -> tuple[Result, pd.DataFrame]:
    """(result, predictions) of a run on the made-up shop."""
    rows = make_shop(visitors, skill, base, seed)
    moments = [moment.to_pydatetime() for moment in rows["anchor"].drop_duplicates()]
    split = split_in_time(moments[:-1], WEEK, LAG)
    if not test_buyers:
        rows.loc[rows["anchor"] == split.test, "label"] = 0
    matured = rows[rows["anchor"] <= split.test]
    parts = split.parts(matured)
    train, test = matured[parts == 0], matured[parts == 2]
    rules = fit_rules(train, train["label"], rules_needed({"view", "cart", "purchase"}, "horizon"))
    beside = evaluate_with_rules(
        test["label"],
        test["p"],
        test["entity_key"],
        threshold=0.2,
        rows=test,
        rules=rules,
        others={"logistic": (blurred(test["p"]), 0.2)},
        draws=draws,
        seed=1,
    )
    offer = Offer(threshold="capacity", precision=0.9, recall=0.5, capacity=200, margin=12.5,
                  cost_per_contact=1.5, currency="EUR")  # fmt: skip
    thresholds, profit = make_thresholds(offer, train, test, draws)
    metrics = {name: found for name, found in beside.metrics.items() if name != MODEL}
    differences = beside.differences(MODEL)
    listed = ("train", "embargo", "test")
    of_part = {anchor: listed[part] for anchor, part in zip(matured["anchor"], parts, strict=True)}
    judged = over_folds(
        {"logistic": [0.512, 0.498, 0.521, 0.507], "xgboost": [0.541, 0.519, 0.548, 0.533]},
        "xgboost",
        metric="average_precision",
        dealt=5,
        repeats=1,
    )
    result: Result = {
        "run": "0007",
        "bundle": "4be1c0ffee9a31d7" * 4,
        "model": "xgboost",
        "shop": "Corner shop",
        "task": {
            "kind": "horizon",
            "target": "purchase",
            "within": "7d",
            "population": "visitors who were active in the last 30 days",
            "words": "Will a visitor who was active in the last 30 days buy within 7 days?",
        },
        "parts": [
            {
                "part": name,
                "anchors": [a.isoformat() for a in matured["anchor"][parts == code].drop_duplicates()],
                "n": int((parts == code).sum()),
                "positives": int(matured["label"][parts == code].sum()),
                "base_rate": float(matured["label"][parts == code].mean()),
            }
            for code, name in enumerate(listed)
            if (parts == code).any()
        ],
        "split": {**split.describe(), "audit": audit(train["entity_key"], test["entity_key"])},
        "test": beside.metrics[MODEL],
        "rules": metrics,
        "differences": differences,
        "verdict": verdict(
            beside.metrics[MODEL],
            metrics,
            differences,
            rule_words={fitted.rule.name: fitted.rule.words for fitted in rules},
            train_base_rate=float(train["label"].mean()),
        ),
        "candidates": [
            {
                "name": name,
                "chosen": name == "xgboost",
                "over_folds": judged[name],
                "metrics": evaluate(
                    train["label"], train["p"] * shrink, train["entity_key"], 0.2, draws=100, seed=2
                ),
            }
            for name, shrink in (("logistic", 0.8), ("xgboost", 1.0))
        ],
        "features": [
            {
                "name": f"{name}_{window}",
                "meaning": f"{meaning} in the last {window[:-1]} days",
                "window": window,
                "unit": unit,
                "importance": {"value": weight, "low": weight * 0.8 - 0.001, "high": weight * 1.2 + 0.001},
                "contribution": {
                    "mean": weight * 5,
                    "points": [
                        {"contribution": weight * (place - 9), "rank": place / 20 if place else None}
                        for place in range(21)
                    ],
                },
            }
            for name, meaning, unit, weight in (
                ("count_view", "number of views", "events", 0.031),
                ("count_cart", "number of additions to the cart", "events", 0.084),
                ("distinct_item_view", "number of different items viewed", "items", 0.0123),
                ("ratio_cart_view", "additions to the cart per view", "ratio", 0.0004),
            )
            for window in ("1d", "7d", "30d")
        ],
        "tuning": {
            "xgboost": {
                "search": "random",
                "metric": "average_precision",
                "trials": 8,
                "rows": 30_000,
                "buyers": 2400,
                "folds": 3,
                "default": 0.532,
                "best": 0.537,
                "gain": 0.005,
                "standard_error": 0.002,
                "moved": True,
                "words": "better than the defaults by more than one standard error",
                "settings": {"depth": 5},
                "outer": 0.549,
                "nested_gap": -0.012,
            }
        },
        "contributions": {"method": "shapley", "base": -2.1, "rows": 3000},
        "ingest": {
            "read": 2_756_101,
            "accepted": 2_755_607,
            "rejected": 34,
            "duplicates": 460,
            "entities": 1_407_580,
            "first": "2024-01-03T03:00:04",
            "last": "2024-06-09T02:59:47",
            "rejected_by_rule": {"time cannot be read": 21, "entity is missing": 13},
        },
        "anchors": [
            {
                "anchor": anchor.isoformat(),
                "part": of_part.get(anchor, "not matured"),
                "matured": anchor in of_part,
                "n": len(group),
                "positives": int(group["label"].sum()) if anchor in of_part else None,
                "base_rate": float(group["label"].mean()) if anchor in of_part else None,
                "matures": (anchor + WEEK + LAG).isoformat(),
            }
            for anchor, group in rows.groupby("anchor")
        ],
        "slices": {
            "Visitors that the training part": evaluate_slices(
                test["label"],
                test["p"],
                test["entity_key"],
                threshold=0.2,
                by=np.where(unseen(train["entity_key"], test["entity_key"]), "had never seen", "had seen"),
                draws=draws,
                seed=3,
            )
        },
        "offer": {
            "threshold": "capacity",
            "population": float(visitors),
            "moment": "at a scoring moment",
            "capacity": 200,
            "margin": 12.5,
            "cost_per_contact": 1.5,
            "currency": "EUR",
        },
        "thresholds": thresholds,
        "bands": by_band(
            test["label"], test["p"], test["entity_key"], bands_for(float(train["label"].mean())), draws=draws
        ),
        "profit": profit,
        "origins": make_origins(matured, split.test, beside, differences, draws),
        "shuffled": make_shuffled(matured, beside.metrics[MODEL], draws),
        "lag_seconds": LAG.total_seconds(),
        "seeds": {"train": 20150503},
        "versions": {"willbuy": "0.1.0", "numpy": "2.4.6"},
    }
    predictions = test.rename(columns={"label": "y", "entity_key": "entity"})[["y", "p", "entity", "anchor"]]
    return {**result, **changes}, predictions.reset_index(drop=True)  # type: ignore[typeddict-item]
