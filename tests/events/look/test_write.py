"""The shop file that init writes: never over another one, complete or not there, and it loads whatever was seen."""

import re
from pathlib import Path

import pytest

from events.look.logs import csv_log
from willbuy.errors import ShopError
from willbuy.events.look import init, look, render, shop_text, write_shop_file
from willbuy.shop import load_shop


@pytest.fixture
def log(tmp_path: Path) -> Path:
    path = tmp_path / "log.csv"
    path.write_text(csv_log(), encoding="utf-8")
    return path


def test_an_existing_file_is_kept_unless_forced(tmp_path: Path, log: Path) -> None:
    shop = tmp_path / "shop.toml"
    shop.write_text("mine", encoding="utf-8")
    with pytest.raises(ShopError, match=r"is there already\. Keep it, .*--shop other\.toml.*--force"):
        init([log], shop_path=shop, zone="UTC")
    with pytest.raises(ShopError, match="is there already"):
        write_shop_file(look([log], zone="UTC"), shop)
    assert shop.read_text(encoding="utf-8") == "mine"
    init([log], shop_path=shop, zone="UTC", force=True)
    assert load_shop(shop).source.files == ("log.csv",)


def test_an_existing_file_is_refused_before_the_log_is_looked_at(tmp_path: Path) -> None:
    (tmp_path / "shop.toml").touch()
    with pytest.raises(ShopError, match="is there already"):
        init([tmp_path / "missing.csv"], shop_path=tmp_path / "shop.toml")


def test_where_no_file_can_be(tmp_path: Path, log: Path) -> None:
    with pytest.raises(ShopError, match="is a folder"):
        init([log], shop_path=tmp_path, zone="UTC", force=True)
    with pytest.raises(ShopError, match="no folder"):
        init([log], shop_path=tmp_path / "none" / "shop.toml", zone="UTC")


def test_a_full_disk_leaves_nothing(tmp_path: Path, log: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    sight = look([log], zone="UTC")

    def full(self: Path, text: str, encoding: str) -> int:
        self.touch()
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "write_text", full)
    with pytest.raises(ShopError, match="cannot be written: No space left on device"):
        write_shop_file(sight, tmp_path / "shop.toml")
    assert sorted(entry.name for entry in tmp_path.iterdir()) == ["log.csv"]


def test_files_are_named_as_seen_from_the_shop_file(tmp_path: Path, log: Path) -> None:
    (tmp_path / "deep" / "er").mkdir(parents=True)
    init([log], shop_path=tmp_path / "deep" / "er" / "shop.toml", zone="UTC")
    assert load_shop(tmp_path / "deep" / "er" / "shop.toml").source.files == ("../../log.csv",)


def test_every_section_says_why(tmp_path: Path, log: Path) -> None:
    text = shop_text(look([log], zone="UTC"), tmp_path)
    blocks = re.split(r"\n(?=\[[a-z]+\]\n)", text)
    assert [block.partition("]")[0] for block in blocks[1:]] == [
        "[shop", "[source", "[target", "[population", "[anchors", "[features",
    ]  # fmt: skip
    assert all(block.split("\n")[1].startswith("# ") for block in blocks[1:])
    assert max(len(line) for line in text.splitlines()) < 200


def test_the_commented_out_keys_load_too(tmp_path: Path, log: Path) -> None:
    text = shop_text(look([log], zone="UTC"), tmp_path)
    head, _, rest = text.partition("# The rest has defaults; take the # away to change one.\n")
    assert rest
    (tmp_path / "shop.toml").write_text(head + re.sub("^# ", "", rest, flags=re.MULTILINE), encoding="utf-8")
    assert load_shop(tmp_path / "shop.toml").train.seed == 20150503


def test_what_is_shown_holds_all_that_was_seen(log: Path) -> None:
    from rich.console import Console

    console = Console(width=200, no_color=True)
    with console.capture() as capture:
        console.print(render(look([log], zone="UTC")))
    shown = capture.get()
    for piece in (
        "visitor_id", "timestamp", "event", "view", "800", "order", "56", "text as iso", "UTC (declared)", "Target: buying within 7d",
        "2024-03-01 08:00 to 2024-04-09", "20 entities", "bought within 7d",
    ):  # fmt: skip
        assert piece in shown, piece
