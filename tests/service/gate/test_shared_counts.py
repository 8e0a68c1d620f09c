"""The metrics of several processes: each shows the sum, and a sum never falls."""

from pathlib import Path

from willbuy.service.gate.metrics import Metrics
from willbuy.service.gate.shared_counts import SharedCounts


def process(folder: Path, number: int) -> tuple[Metrics, SharedCounts]:
    shared = SharedCounts(folder, number)
    metrics = Metrics(shared)
    metrics.watch("connections", "Held.", lambda: 2)
    metrics.watch("model_loaded", "1 or 0.", lambda: number, join=min)
    metrics.watch("log_written", "Written.", lambda: 10, counter=True)
    return metrics, shared


def lines(metrics: Metrics) -> dict[str, float]:
    page = metrics.render().decode().splitlines()
    return {one.rpartition(" ")[0]: float(one.rpartition(" ")[2]) for one in page if one[0] != "#"}


def count(metrics: Metrics, times: int) -> None:
    for _ in range(times):
        metrics.answered("/predict", "POST", 200, 0.003)
        metrics.scored(0.2)
        metrics.event("stored", 3)


def test_each_shows_the_sum(tmp_path: Path) -> None:
    metrics, shared = zip(*(process(tmp_path, number) for number in range(3)), strict=True)
    for number, one in enumerate(metrics):
        count(one, number + 1)
        shared[number].write(one._state(), at_once=True)
    for one in metrics:
        found = lines(one)
        assert found['willbuy_http_requests_total{method="POST",route="/predict",status="200"}'] == 6
        assert found['willbuy_http_seconds_count{route="/predict"}'] == 6
        assert found["willbuy_scores_count"] == 6
        assert found['willbuy_events_total{outcome="stored"}'] == 18
        assert found["willbuy_connections"] == 6
        assert found["willbuy_model_loaded"] == 0
        assert found["willbuy_log_written_total"] == 30


def test_what_a_dead_process_counted_stays_and_what_it_held_goes(tmp_path: Path) -> None:
    first, shared = process(tmp_path, 1)
    count(first, 5)
    shared.write(first._state(), at_once=True)
    second, _ = process(tmp_path, 1)  # in its place
    found = lines(second)
    assert found["willbuy_scores_count"] == 5
    assert found["willbuy_connections"] == 2
    assert found["willbuy_log_written_total"] == 20


def test_one_process_alone_shows_its_own(tmp_path: Path) -> None:
    metrics = Metrics()
    count(metrics, 2)
    metrics.tell()
    assert lines(metrics)["willbuy_scores_count"] == 2
