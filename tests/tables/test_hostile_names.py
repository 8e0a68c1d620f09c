"""Whatever a header holds is a name: it is quoted in TOML and in queries, or refused in one line, and nothing is run."""

import csv
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from willbuy.errors import SourceError
from willbuy.shop import TableShop, load_any
from willbuy.tables import read_table
from willbuy.tables.look import init_table, render

PIECES = ('"', "'", ";", "--", "/*", "*/", "\\", "]", "[", "{", "}", "=", "#", "$", "%s", " ", ",", "a", "é",
          "drop table texts", "COPY texts TO 'canary'", "union select 1", "<b>", "read_csv", "c0", ")", "(")  # fmt: skip
UNPRINTABLE = ("\n", "\t", "\0", "\r", "\u202e", "\x1b[2J")
names = st.lists(st.sampled_from(PIECES), min_size=1, max_size=6).map("".join)
headers = st.lists(names, min_size=8, max_size=8, unique_by=str.casefold)


def write(path: Path, header: list[str]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, quoting=csv.QUOTE_ALL, lineterminator="\n")
        writer.writerow([*header, "bought"])
        writer.writerows([*(f"{n}.5" for _ in header), str(n % 2)] for n in range(30))


@settings(max_examples=40, deadline=None)
@given(headers)
def test_320_hostile_names_are_names(header: list[str]) -> None:
    with TemporaryDirectory() as text:
        folder = Path(text)
        write(folder / "t.csv", header)
        shop_file = folder / "shop.toml"
        sight = init_table(folder / "t.csv", "bought", shop_file)
        assert all(line.isprintable() for line in render(sight).splitlines())
        shop = load_any(shop_file)
        assert isinstance(shop, TableShop)
        rows = read_table(shop)
        assert [column.name for column in rows.columns] == header
        assert rows.frame[header].to_numpy().tolist() == [[n + 0.5] * 8 for n in range(30)]
        assert sorted(path.name for path in folder.iterdir()) == ["shop.toml", "t.csv"]


@pytest.mark.parametrize("piece", UNPRINTABLE)
def test_a_name_that_cannot_be_printed_is_refused_in_one_line(tmp_path: Path, piece: str) -> None:
    write(tmp_path / "t.csv", [f"a{piece}b", "price"])
    with pytest.raises(SourceError) as raised:
        init_table(tmp_path / "t.csv", "bought", tmp_path / "shop.toml")
    assert str(raised.value).isprintable()
    assert not (tmp_path / "shop.toml").exists()
