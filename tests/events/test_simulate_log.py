"""The simulated log: its format, its rates, its rhythm, and that the same arguments give the same bytes."""

import csv
import gzip
import re
from collections import Counter
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from willbuy.events.simulate import simulate
from willbuy.events.simulation import SimulationResult, write_simulated_log

VISITORS = {"retailrocket": 120_000, "dense": 20_000}


Written = tuple[SimulationResult, pd.DataFrame]


@pytest.fixture(scope="module")
def logs(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Written]:
    found = {}
    for preset, visitors in VISITORS.items():
        path = tmp_path_factory.mktemp(preset) / "events.csv"
        found[preset] = (
            write_simulated_log(path, visitors=visitors, preset=preset, seed=11),
            pd.read_csv(path),
        )
    return found


@pytest.fixture(params=sorted(VISITORS))
def written(request: pytest.FixtureRequest, logs: dict[str, Written]) -> Written:
    return logs[request.param]


@pytest.fixture
def small(tmp_path: Path) -> Path:
    path = tmp_path / "events.csv"
    write_simulated_log(path, visitors=500, preset="dense", seed=3, days=30)
    return path


def test_format_is_retail_rockets(small: Path) -> None:
    lines = small.read_text("ascii").split("\n")
    assert lines[0] == "timestamp,visitorid,event,itemid,transactionid"
    assert lines[-1] == ""
    row = re.compile(r"\d{13},\d+,(view|addtocart),\d+,|\d{13},\d+,transaction,\d+,\d+")
    assert len(lines) > 1_000
    assert [line for line in lines[1:-1] if not row.fullmatch(line)] == []


def test_the_result_counts_what_was_written(written: Written) -> None:
    result, log = written
    assert result.rows == len(log) == sum(result.kinds.values())
    assert result.kinds == log.event.value_counts()[list(result.kinds)].to_dict()
    assert result.buyers == log[log.event == "transaction"].visitorid.nunique()
    assert result.first == datetime(1970, 1, 1) + timedelta(milliseconds=int(log.timestamp.min()))
    assert result.last == datetime(1970, 1, 1) + timedelta(milliseconds=int(log.timestamp.max()))


def test_every_visitor_is_seen_and_ids_run_from_0(written: Written) -> None:
    result, log = written
    assert np.array_equal(np.sort(log.visitorid.unique()), np.arange(result.visitors))


def test_rows_come_in_order_of_time_within_the_span(written: Written) -> None:
    _, log = written
    start = int((datetime(2015, 5, 3, 3) - datetime(1970, 1, 1)) / timedelta(milliseconds=1))
    assert (np.diff(log.timestamp) >= 0).all()
    assert log.timestamp.iloc[0] >= start
    assert log.timestamp.iloc[-1] < start + 138 * 86_400_000


def test_a_purchase_is_one_transaction_of_carted_items(written: Written) -> None:
    _, log = written
    bought = log[log.event == "transaction"]
    each = bought.groupby("transactionid")
    assert (each.visitorid.nunique() == 1).all() and (each.timestamp.nunique() == 1).all()
    assert not bought.duplicated(["transactionid", "itemid"]).any()
    carted = log[log.event == "addtocart"].groupby(["visitorid", "itemid"]).timestamp.min().rename("carted")
    joined = bought.join(carted, on=["visitorid", "itemid"])
    # carts from before the log's start are not in it
    assert (joined.carted <= joined.timestamp).mean() > 0.97


def test_rates_near_retail_rockets(logs: dict[str, Written]) -> None:
    result, log = logs["retailrocket"]
    share = {kind: count / result.rows for kind, count in result.kinds.items()}
    assert share["view"] == pytest.approx(0.967, abs=0.004)
    assert share["addtocart"] == pytest.approx(0.025, rel=0.12)
    assert share["transaction"] == pytest.approx(0.0081, rel=0.15)
    assert result.rows / result.visitors == pytest.approx(1.958, rel=0.05)
    assert result.buyers / result.visitors == pytest.approx(11_719 / 1_407_580, rel=0.12)
    events = log.visitorid.value_counts()
    assert (events == 1).mean() == pytest.approx(0.712, abs=0.03)
    assert log.itemid.nunique() / result.visitors == pytest.approx(235_061 / 1_407_580, rel=0.15)


def test_visitors_and_items_have_heavy_tails(written: Written) -> None:
    result, log = written
    people = log.visitorid.value_counts()
    assert people.iloc[0] >= 1_000
    assert people.quantile(0.999) > 8 * people.mean()
    items = log.itemid.value_counts()
    assert items.iloc[: len(items) // 100].sum() > 0.10 * result.rows


def test_bots_view_thousands_of_items_and_never_buy(written: Written) -> None:
    result, log = written
    assert result.bots == result.visitors // (20_000 if result.visitors == VISITORS["dense"] else 60_000)
    top = log.visitorid.value_counts().index[: result.bots]
    mine = log[log.visitorid.isin(top)]
    assert set(mine.event) == {"view"}
    assert mine.groupby("visitorid").size().between(900, 8_000).all()


def test_week_and_day_have_their_rhythm(written: Written) -> None:
    _, log = written
    times = pd.to_datetime(
        log.timestamp[~log.visitorid.isin(log.visitorid.value_counts().index[:5])], unit="ms"
    )
    hours = Counter(times.dt.hour)
    assert sum(hours[h] for h in (19, 20, 21)) > 4 * sum(hours[h] for h in (2, 3, 4))
    whole_weeks = times[(times >= "2015-05-04") & (times < "2015-09-14")]
    days = Counter(whole_weeks.dt.day_of_week)
    assert days[5] < 0.85 * days[1]


def test_people_return_and_look_at_the_same_item_again(written: Written) -> None:
    _, log = written
    days = (log.timestamp // 86_400_000).groupby(log.visitorid).nunique()
    assert (days > 1).mean() > 0.08
    buyers = log[log.event == "transaction"][["visitorid", "itemid"]].drop_duplicates()
    views = log[log.event == "view"].groupby(["visitorid", "itemid"]).size().rename("views")
    assert buyers.join(views, on=["visitorid", "itemid"]).views.fillna(0).mean() > 1.5


def test_weeks_are_alike_from_the_first_on(written: Written) -> None:
    _, log = written
    bought = log[log.event == "transaction"]
    weeks = (
        ((bought.timestamp - log.timestamp.min()) // (7 * 86_400_000)).value_counts().sort_index().iloc[:19]
    )
    assert weeks.iloc[:4].mean() == pytest.approx(weeks.iloc[4:].mean(), rel=0.15)


def test_same_arguments_same_bytes_other_seed_other_log(tmp_path: Path) -> None:
    for name, seed in (("a", 1), ("b", 1), ("c", 2)):
        log, truth = tmp_path / f"{name}.csv", tmp_path / f"{name}.parquet"
        write_simulated_log(log, visitors=2_000, preset="dense", seed=seed, block=700, truth=truth)
    for ending in ("csv", "parquet"):
        a, b, c = ((tmp_path / f"{name}.{ending}").read_bytes() for name in "abc")
        assert a == b
        assert a != c


def test_the_truth_is_written_beside_the_log_and_changes_nothing_in_it(tmp_path: Path) -> None:
    for name, truth in (("with.csv", tmp_path / "truth.csv"), ("without.csv", None)):
        write_simulated_log(tmp_path / name, visitors=500, preset="dense", seed=4, days=40, truth=truth)
    assert (tmp_path / "with.csv").read_bytes() == (tmp_path / "without.csv").read_bytes()


def test_blocks_are_merged_by_time(tmp_path: Path) -> None:
    path = tmp_path / "events.csv"
    write_simulated_log(path, visitors=1_000, preset="dense", seed=6, days=30, block=100)
    log = pd.read_csv(path)
    assert (np.diff(log.timestamp) >= 0).all()
    assert np.array_equal(np.sort(log.visitorid.unique()), np.arange(1_000))
    assert log.groupby("transactionid").visitorid.nunique().max() == 1


def test_compressed_logs_hold_the_same_rows(tmp_path: Path) -> None:
    for name in ("a.csv", "a.csv.gz", "b.csv.gz"):
        write_simulated_log(tmp_path / name, visitors=300, preset="dense", seed=5, days=20)
    assert gzip.decompress((tmp_path / "a.csv.gz").read_bytes()) == (tmp_path / "a.csv").read_bytes()
    assert (tmp_path / "a.csv.gz").read_bytes() == (tmp_path / "b.csv.gz").read_bytes()


def test_only_the_log_is_left_behind_and_progress_is_told(tmp_path: Path) -> None:
    seen: list[tuple[int, int | None, str]] = []
    path = tmp_path / "events.csv"
    write_simulated_log(
        path, visitors=1_000, seed=1, days=10, block=400, progress=lambda *done: seen.append(done)
    )
    assert list(tmp_path.iterdir()) == [path]
    assert [done for done, _, _ in seen] == [400, 800, 1_000, 1_000]
    assert {total for _, total, _ in seen} == {1_000}


@pytest.mark.parametrize("visitors", [1, 2])
def test_the_smallest_shops(tmp_path: Path, visitors: int) -> None:
    path = tmp_path / "events.csv"
    result = write_simulated_log(
        path, visitors=visitors, preset="dense", days=9, truth=tmp_path / "truth.csv"
    )
    with path.open(newline="") as rows:
        assert len(list(csv.DictReader(rows))) == result.rows >= visitors


def test_asked_for_in_the_words_of_the_command_line(tmp_path: Path) -> None:
    result = simulate(
        tmp_path / "events.csv",
        visitors=300,
        preset="dense",
        days=40,
        truth=tmp_path / "truth.csv",
        truth_anchor="2015-06-01",
        truth_within="3d",
    )
    truth = pd.read_csv(tmp_path / "truth.csv")
    assert list(truth.columns) == ["visitorid", "anchor", "probability"]
    assert set(truth.anchor) == {"2015-06-01 00:00:00"}
    told = result.to_json()
    assert told["truth_rows"] == len(truth) and told["rows"] == result.rows
    assert result.sentence().startswith(f"Wrote {tmp_path / 'events.csv'}: {result.rows:,} rows (")
