"""The made-up click flags: the same bytes for a seed, the shape of the published file, and a truth that is true."""

import gzip
from pathlib import Path

import duckdb
import numpy as np
import pytest

from willbuy.errors import WillbuyError
from willbuy.shop import TableShop, make_table, presets
from willbuy.tables import read_table
from willbuy.tables.simulation import NAME, write_click_flags
from willbuy.tables.simulation.click_flags import DEVICES, ORDER, RULES, draw, probability

USERS = 140_000


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("flags")
    write_click_flags(folder / "flags.csv", users=USERS, seed=7, truth=folder / "truth.csv")
    return folder


def test_it_has_the_columns_of_the_preset_and_one_row_a_user(made: Path) -> None:
    rows = read_table(TableShop(table=make_table({"preset": NAME, "files": [str(made / "flags.csv")]})))
    assert rows.counts == {"read": USERS, "accepted": USERS, "rejected": 0}
    assert rows.notes == ()  # nothing undeclared, no id twice
    assert len(rows.columns) == 23
    assert set(DEVICES) | set(RULES) | {"UserID", "ordered"} == set(presets.get_table(NAME).columns)
    assert (rows.frame[list(DEVICES)].sum(axis=1) == 1).all()


def test_the_base_rate_and_the_strongest_flags_are_those_of_the_published_file(made: Path) -> None:
    rows = read_table(TableShop(table=make_table({"preset": NAME, "files": [str(made / "flags.csv")]})))
    assert 0.04 < rows.frame["label"].mean() < 0.044
    flags = [column.name for column in rows.columns]
    strength = rows.frame[flags].corrwith(rows.frame["label"]).sort_values(ascending=False)
    assert set(strength.index[:3]) == {"checked_delivery_detail", "saw_checkout", "sign_in"}
    assert set(strength.index[3:6]) == {"basket_icon_click", "basket_add_detail", "basket_add_list"}


def test_the_truth_is_what_comes_to_pass(made: Path) -> None:
    """In each tenth of the users by their true probability, buyers are as many as expected, within 4 deviations."""
    sql = (
        f"SELECT probability, ordered FROM read_csv('{made / 'flags.csv'}', all_varchar = true) "
        f"JOIN read_csv('{made / 'truth.csv'}', all_varchar = true) USING (UserID)"
    )
    with duckdb.connect() as connection:
        found = connection.execute(sql).fetchnumpy()
    p, y = found["probability"].astype(float), found["ordered"].astype(float)
    assert len(p) == USERS
    for tenth in np.array_split(np.argsort(p, kind="stable"), 10):
        off = y[tenth].sum() - p[tenth].sum()
        assert abs(off) <= 4 * np.sqrt((p[tenth] * (1 - p[tenth])).sum())


def test_the_same_seed_gives_the_same_bytes_and_another_other_users(made: Path, tmp_path: Path) -> None:
    write_click_flags(tmp_path / "again.csv.gz", users=USERS, seed=7)
    assert gzip.decompress((tmp_path / "again.csv.gz").read_bytes()) == (made / "flags.csv").read_bytes()
    write_click_flags(tmp_path / "other.csv", users=1000, seed=8)
    first = (made / "flags.csv").read_text(encoding="utf-8").splitlines()[:1001]
    other = (tmp_path / "other.csv").read_text(encoding="utf-8").splitlines()
    assert {line[:17] for line in first[1:]}.isdisjoint(line[:17] for line in other[1:])


def test_the_truth_as_parquet(tmp_path: Path) -> None:
    result = write_click_flags(tmp_path / "f.csv", users=500, seed=1, truth=tmp_path / "t.parquet")
    with duckdb.connect() as connection:
        [(rows, total)] = connection.execute(
            f"SELECT count(*), sum(probability) FROM '{tmp_path / 't.parquet'}'"
        ).fetchall()
    assert rows == result.rows == result.truth_rows == 500
    assert total == pytest.approx(result.expected, abs=1e-3)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["f.csv", "t.parquet"]


def test_every_cause_is_a_flag_or_a_trait_above_it() -> None:
    known = {"base", "intent", "browsing"}
    for name, rule in RULES.items():
        assert set(rule) <= known, name
        known.add(name)
    flags = known - {"base", "intent", "browsing"} | set(DEVICES)
    assert {cause for causes in ORDER for cause in causes.split("*")} <= flags | {"base"}


def test_the_probability_hangs_on_the_flags_alone() -> None:
    flags = draw(np.random.default_rng(3), 400)
    order = np.random.default_rng(4).permutation(400)
    shuffled = {name: values[order] for name, values in flags.items()}
    assert np.array_equal(probability(shuffled), probability(flags)[order])


@pytest.mark.parametrize(
    ("name", "keys", "message"),
    [
        ("f.csv", {"users": 0}, "visitors is 0: give a whole number from 1"),
        ("f.csv", {"seed": -1}, "seed is -1: give a whole number"),
        ("f.parquet", {}, "the table would be 'f.parquet': end its name with .csv or"),
        ("f.csv", {"truth": "f.csv"}, "give the truth a name of its own"),
    ],
)
def test_a_mistake_is_named(tmp_path: Path, name: str, keys: dict[str, object], message: str) -> None:
    truth = tmp_path / str(keys.pop("truth")) if "truth" in keys else None
    with pytest.raises(WillbuyError, match=message):
        write_click_flags(tmp_path / name, truth=truth, **keys)  # type: ignore[arg-type]
    assert list(tmp_path.iterdir()) == []
