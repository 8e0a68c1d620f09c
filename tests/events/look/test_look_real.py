"""`willbuy init` on real logs: what it sees equals what others counted, and the shop file it writes loads again."""

import shutil
from datetime import datetime
from pathlib import Path

import pytest

from willbuy.durations import Duration
from willbuy.events.look import init, look
from willbuy.events.look.render import lines
from willbuy.shop import load_shop


def test_taobao(shared_data: Path, tmp_path: Path) -> None:
    shop = tmp_path / "shop.toml"
    sight = init([shared_data / "taobao_sample" / "UserBehavior.csv"], shop_path=shop)
    assert {seen.name: (seen.kind, seen.events) for seen in sight.kinds} == {
        "pv": ("view", 75_658), "cart": ("cart", 4_494), "fav": ("favourite", 2_351), "buy": ("purchase", 1_749),
    }  # fmt: skip
    assert (sight.rows, sight.entities, sight.notes) == (84_252, 814, ())
    assert sight.rate is not None
    assert (sight.rate.positives, sight.rate.n) == (247, 814)  # the last two days
    assert sight.rate.anchor == datetime(2017, 12, 1, 16, 0)  # midnight in Shanghai
    loaded = load_shop(shop)
    assert (loaded.source.preset, loaded.shop.zone) == ("taobao", "Asia/Shanghai")
    assert loaded.target.within == Duration.parse("2d")
    log = shared_data / "taobao_sample" / "UserBehavior.csv"
    assert (tmp_path / loaded.source.files[0]).resolve() == log.resolve()


def test_taobao_as_published_without_a_header_line(shared_data: Path, tmp_path: Path) -> None:
    whole = (shared_data / "taobao_sample" / "UserBehavior.csv").read_text(encoding="utf-8")
    path = tmp_path / "UserBehavior.csv"
    path.write_text(whole.partition("\n")[2], encoding="utf-8")
    sight = look([path])
    assert sight.preset is not None
    assert (sight.preset.value, sight.rows, sight.purchases) == ("taobao", 84_252, 1_749)


def test_rees46_covers_three_hours_so_it_asks_about_the_session(shared_data: Path, tmp_path: Path) -> None:
    sight = init([shared_data / "rees46_sample" / "2019-Oct.csv"], shop_path=tmp_path / "shop.toml")
    assert {seen.kind: seen.events for seen in sight.kinds} == {"view": 17_055, "cart": 165, "purchase": 214}
    assert sight.time_zone.why.startswith("proven")
    assert sight.within.value == "session"
    assert "too short for 7d ahead" in sight.within.why
    assert sight.rate is not None
    assert sight.rate.positives == 200
    assert load_shop(tmp_path / "shop.toml").target.within == "session"


def test_online_retail(shared_data: Path, tmp_path: Path) -> None:
    sight = init([shared_data / "online_retail" / "online_retail.parquet"], shop_path=tmp_path / "shop.toml")
    assert (sight.rows, sight.without_entity, sight.entities) == (541_909, 135_080, 4_372)
    assert (sight.purchases, sight.catalogue.value, sight.time_zone.value) == (
        397_884,
        "purchases",
        "Europe/London",
    )
    assert next(seen.events for seen in sight.kinds if seen.name == "cancellation") == 8_905
    assert "135,080 of 541,909 rows (24.9%) have no entity" in sight.notes[0]
    loaded = load_shop(tmp_path / "shop.toml")
    assert loaded.population.ever
    assert loaded.target.within == Duration.parse("30d")


def test_a_longer_horizon_moves_the_anchor_back(shared_data: Path) -> None:
    sight = look([shared_data / "online_retail" / "online_retail.parquet"], within="60d")
    assert sight.rate is not None
    assert sight.rate.anchor == datetime(2011, 10, 9, 23, 0)  # midnight of the 10th in London's summer


@pytest.mark.parametrize(
    "name", ["uci_online_shoppers/online_shoppers_intention.csv", "retailrocket/category_tree.csv"]
)
def test_a_table_without_entity_or_time_is_refused(shared_data: Path, tmp_path: Path, name: str) -> None:
    from willbuy.errors import SourceError

    with pytest.raises(SourceError, match="cannot tell which column says who it was"):
        init([shared_data / name], shop_path=tmp_path / "shop.toml")
    assert list(tmp_path.iterdir()) == []


def test_a_sample_is_called_one(shared_data: Path, tmp_path: Path) -> None:
    path = shared_data / "taobao_sample" / "UserBehavior.csv"
    sight = look([path], budget=1 << 20)
    assert sight.sample is not None
    assert (sight.sample.looked, sight.sample.of) == (1 << 20, path.stat().st_size)
    assert 20_000 < sight.rows < 30_000
    assert any(line.startswith("A SAMPLE: only the first 1 MiB of 3 MiB") for line in lines(sight))


def test_the_budget_is_for_all_files_together(shared_data: Path, tmp_path: Path) -> None:
    for name in ("a.csv", "b.csv"):
        shutil.copy(shared_data / "taobao_sample" / "UserBehavior.csv", tmp_path / name)
    size = (tmp_path / "a.csv").stat().st_size
    both = look([tmp_path / "*.csv"])
    assert (both.rows, both.sample) == (168_504, None)
    part = look([tmp_path / "*.csv"], budget=size + 1_000)
    assert part.sample is not None
    assert 84_252 < part.rows < 84_300
    assert part.sample.of == 2 * size
