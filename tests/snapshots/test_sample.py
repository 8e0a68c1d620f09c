"""A sample of entities: whole, the same wherever it is drawn, and about as large as was asked."""

from datetime import datetime
from pathlib import Path

from snapshots.worlds import shop_of, warehouse_of
from willbuy.features.algebra import Count
from willbuy.features.feature_set import FeatureSet
from willbuy.features.live import Event
from willbuy.snapshots import build_snapshots
from willbuy.snapshots.sample import Sample, sample_for

FEATURES = FeatureSet((Count("view", "7d"),))


def log_of(names: list[str]) -> dict[str, list[Event]]:
    days = [Event(datetime(2015, 5, day), "view", "a") for day in (1, 4, 9)]
    return {name: [*days, Event(datetime(2015, 5, 10), "purchase", "a")] for name in names}


def drawn(folder: Path, names: list[str], sample: Sample) -> list[tuple[str, int]]:
    shop = shop_of(folder, "2d", population={"active_within": "30d"})
    with warehouse_of(log_of(names)) as warehouse:
        built = build_snapshots(warehouse, shop, FEATURES, [datetime(2015, 5, 5), datetime(2015, 5, 10)])
        frame = built.frame(sample=sample)
    assert frame["anchor"].is_monotonic_increasing
    return list(zip(frame["entity"], frame["anchor"].dt.day, strict=True))


def test_entities_are_drawn_whole_and_whatever_their_keys(tmp_path: Path) -> None:
    names = [f"visitor {number}" for number in range(2000)]
    found = drawn(tmp_path / "one", names, Sample(0.25, seed=7))
    backwards = drawn(tmp_path / "two", list(reversed(names)), Sample(0.25, seed=7))
    assert found == backwards
    entities = {entity for entity, _ in found}
    assert 400 < len(entities) < 600  # 500 expected; five standard deviations are 97
    assert sorted(found) == sorted((entity, day) for entity in entities for day in (5, 10))


def test_a_larger_sample_holds_a_smaller_one_and_seeds_draw_apart(tmp_path: Path) -> None:
    names = [f"visitor {number}" for number in range(1000)]
    small, large, other = (
        {entity for entity, _ in drawn(tmp_path / name, names, sample)}
        for name, sample in (
            ("small", Sample(0.1, seed=7)),
            ("large", Sample(0.5, seed=7)),
            ("other", Sample(0.1, seed=8)),
        )
    )
    assert small < large
    assert len(small & other) < len(small) / 2


def test_no_sample_where_all_rows_may_be_taken() -> None:
    assert sample_for(10, 10, seed=1) is None
    assert sample_for(40, 10, seed=1) == Sample(0.25, seed=1)
