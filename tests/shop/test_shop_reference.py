"""docs/shop-file.md: current, every key with its default and an example, every example loads."""

import re
from pathlib import Path

import pytest

from scripts import shop_reference
from willbuy.errors import ShopError
from willbuy.shop import load_any, load_shop, presets

SMALLEST = '[source]\npreset = "retailrocket"\n[target]\nwithin = "7d"\n'
KEYS = [
    pytest.param(table, key, id=f"{table}.{key}")
    for table, model in shop_reference.tables()
    for key in model.model_fields
]


def page(root: Path) -> str:
    return (root / "docs" / "shop-file.md").read_text(encoding="utf-8")


def test_the_page_is_current(root: Path) -> None:
    assert page(root) == shop_reference.reference(), "docs/shop-file.md is not current; run: make docs"


@pytest.mark.parametrize(("table", "key"), KEYS)
def test_every_key_is_documented_and_its_example_loads(
    root: Path, tmp_path: Path, table: str, key: str
) -> None:
    entry = page(root).partition(f"\n### {table}.{key}\n")[2].partition("\n### ")[0]
    assert re.search(r"^[A-Z`].{10,}(Default: .+\.|Required\.)$", entry, flags=re.MULTILINE), entry
    example = re.findall(r"```toml\n(.*?)```", entry, flags=re.DOTALL)[0]
    path = tmp_path / "shop.toml"
    path.write_text(_whole(example), encoding="utf-8")
    load_any(path)


def test_the_page_shows_what_mistakes_are_answered_with(root: Path, tmp_path: Path) -> None:
    shown = re.findall(r"^shop\.toml: (.*)$", page(root), flags=re.MULTILINE)
    assert len(shown) == 2
    for text, message in zip(
        ('[source]\n[target]\nwithn = "7d"', '[shop]\nzone = "Europe/Lodnon"\n' + SMALLEST),
        shown,
        strict=True,
    ):
        (tmp_path / "shop.toml").write_text(text, encoding="utf-8")
        with pytest.raises(ShopError, match=re.escape(message)):
            load_shop(tmp_path / "shop.toml")


@pytest.mark.parametrize("name", presets.names())
def test_every_preset_is_shown(root: Path, name: str) -> None:
    entry = page(root).partition(f"\n### {name}\n")[2].partition("\n### ")[0]
    assert presets.get(name).title in entry
    assert all(f'"{column}"' in entry for column in presets.get(name).source["columns"].values())


@pytest.mark.parametrize("name", presets.table_names())
def test_every_preset_of_a_table_is_shown(root: Path, name: str) -> None:
    entry = page(root).partition(f"\n### {name}\n")[2].partition("\n### ")[0]
    assert presets.get_table(name).title in entry
    assert all(f"{column} = {{ role =" in entry for column in presets.get_table(name).table["columns"])


def _whole(example: str) -> str:
    """Make a whole file of a piece: the sections that it lacks are added."""
    text = example
    if "[table" in text:
        table = text if "[table]" in text else f"[table]\n{text}"
        return table if "target =" in table else table.replace("[table]", '[table]\ntarget = "Revenue"')
    if not re.search(r"^\[\[?source[].]", text, flags=re.MULTILINE):
        text += '\n[source]\npreset = "retailrocket"\n'
    if "[target]" not in text:
        text += '\n[target]\nwithin = "7d"\n'
    return text if "within =" in text else text.replace("[target]", '[target]\nwithin = "7d"')
