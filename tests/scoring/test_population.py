"""`score`: its columns, the same numbers as in Python, resumable, and never from stale parts."""

from datetime import timedelta
from pathlib import Path

import duckdb
import numpy as np
import pytest

from scoring.conftest import MOMENT, Ready, ready
from willbuy.errors import WillbuyError
from willbuy.offers.bands import band_of, bands_from
from willbuy.scoring import parts as parts_module
from willbuy.scoring import population as population_module
from willbuy.scoring import score
from willbuy.snapshots import groups as groups_module
from willbuy.warehouse.duckdb import DuckDBWarehouse

AS_OF = "2015-07-01"
NAMES = [
    "visitorid", "as_of", "probability", "prediction", "band", "model_version",
    "reason_1", "contribution_1", "reason_2", "contribution_2", "reason_3", "contribution_3",
]  # fmt: skip


def table(path: Path) -> tuple[list[str], list[tuple]]:
    source = f"read_csv('{path}', all_varchar = true)" if path.suffix == ".csv" else f"'{path}'"
    found = duckdb.sql(f"SELECT * FROM {source}")
    return found.columns, found.fetchall()


def left_behind(small: Ready) -> list[Path]:
    return [*(small.shop.home / "scoring").glob(".*")]


def test_every_column_is_what_python_says(small: Ready, tmp_path: Path) -> None:
    done = score(small.shop, tmp_path / "s.csv", AS_OF)
    score(small.shop, tmp_path / "s.parquet", AS_OF)
    names, csv = table(tmp_path / "s.csv")
    also, parquet = table(tmp_path / "s.parquet")
    assert names == also == NAMES
    assert len(csv) == done.n == len(small.frame)
    assert [row[0] for row in csv] == [row[0] for row in parquet] == small.frame["entity"].tolist()
    probability = small.bundle.predict_proba(small.frame)
    reasons = small.bundle.reasons(small.frame)
    bands = band_of(probability, bands_from(small.bundle.manifest["bands"])).tolist()
    for place, (text, typed) in enumerate(zip(csv, parquet, strict=True)):
        assert text[1] == typed[1] == "2015-07-01T00:00:00Z"
        assert float(text[2]) == typed[2] == probability[place]
        assert int(text[3]) == typed[3] == int(probability[place] >= 0.4)
        assert text[4] == typed[4] == bands[place]
        assert text[5] == small.bundle.id
        said = [(typed[6 + 2 * k], typed[7 + 2 * k]) for k in range(3) if typed[6 + 2 * k]]
        assert said == [(reason.text, reason.contribution) for reason in reasons[place]]
        assert [float(text[7 + 2 * k]) for k in range(3)] == [typed[7 + 2 * k] for k in range(3)]
    assert done.bands == {name: bands.count(name) for name in ("very high", "high", "medium", "low")}
    assert (done.contributions, done.predicted) == ("shapley", sum(row[3] for row in parquet))
    assert done.mean_probability == pytest.approx(probability.mean())
    assert left_behind(small) == []


def test_chunks_groups_and_reasons_change_no_score(small: Ready, tmp_path: Path, monkeypatch) -> None:
    score(small.shop, tmp_path / "whole.parquet", AS_OF)
    monkeypatch.setattr(population_module, "CHUNK", 100)
    monkeypatch.setattr(groups_module.entity_groups, "__defaults__", (50, 2000))
    score(small.shop, tmp_path / "parted.parquet", AS_OF)
    assert table(tmp_path / "parted.parquet") == table(tmp_path / "whole.parquet")
    plain = score(small.shop, tmp_path / "plain.parquet", AS_OF, reasons=False)
    names, rows = table(tmp_path / "plain.parquet")
    assert (names, plain.contributions) == (NAMES[:6], None)
    assert rows == [row[:6] for row in table(tmp_path / "whole.parquet")[1]]


class Killed(BaseException):
    """As if the process died."""


def test_killed_anywhere_it_continues_and_the_output_is_whole(
    small: Ready, tmp_path: Path, monkeypatch
) -> None:
    monkeypatch.setattr(population_module, "CHUNK", 150)
    monkeypatch.setattr(groups_module.entity_groups, "__defaults__", (500, 2000))
    score(small.shop, tmp_path / "unbroken.parquet", AS_OF)
    whole = DuckDBWarehouse.to_parquet
    written: list[str] = []
    deaths = 0
    for point in range(1, 100):
        left = [point]

        def dying(self, sql, path, *, soon=False, left=left):
            left[0] -= 1
            if left[0] <= 0:
                raise Killed
            whole(self, sql, path, soon=soon)
            written.append(path.name)

        monkeypatch.setattr(DuckDBWarehouse, "to_parquet", dying)
        try:
            score(small.shop, tmp_path / "broken.parquet", AS_OF)
            break
        except Killed:
            deaths += 1
            assert not (tmp_path / "broken.parquet").exists()
            assert len(left_behind(small)) == 1
    assert deaths > 2
    assert sorted(written) == sorted(set(written)), "finished work was done twice"
    assert table(tmp_path / "broken.parquet") == table(tmp_path / "unbroken.parquet")
    assert left_behind(small) == []


def test_nothing_stale_is_reused(small: Ready, tmp_path: Path, monkeypatch) -> None:
    def broken(*_: object, **__: object) -> None:
        raise Killed

    monkeypatch.setattr(population_module, "write_scores", broken)
    for as_of in (AS_OF, "2015-06-20"):
        with pytest.raises(Killed):
            score(small.shop, tmp_path / "s.parquet", as_of)
        assert len(left_behind(small)) == 1  # of the other moment nothing is left
    monkeypatch.undo()
    keys = []
    for change in (
        {},
        {"state": "another log"},
        {"bundle": "b"},
        {"moment": MOMENT + timedelta(1)},
        {"shop": 1},
    ):
        with parts_module.work_folder(tmp_path / "room", {"state": "", "bundle": "a", "shop": 0, **{k: str(v) for k, v in change.items()}}) as folder:  # fmt: skip
            keys.append(folder.name)
    assert len(set(keys)) == 5
    score(small.shop, tmp_path / "s.parquet", AS_OF)
    assert np.array_equal(
        [row[2] for row in table(tmp_path / "s.parquet")[1]], small.bundle.predict_proba(small.frame)
    )


def test_the_key_changes_with_all_that_the_scores_depend_on(
    small: Ready, tmp_path: Path, monkeypatch
) -> None:
    found = []
    monkeypatch.setattr(population_module.Work, "write", lambda self, *_: found.append(self.key()))
    for as_of, reasons in ((AS_OF, True), ("2015-06-20", True), (AS_OF, False), (AS_OF, True)):
        score(small.shop, tmp_path / "s.csv", as_of, reasons=reasons)
    narrow = small.shop.model_copy(
        update={"population": small.shop.population.model_copy(update={"kind": "view"})}
    )
    score(narrow, tmp_path / "s.csv", AS_OF)
    first = found[0]
    assert found[3] == first
    assert first not in (found[1], found[2], found[4])
    assert small.bundle.id in str(first)
    assert "generation-00001" in first["log"]


def test_the_same_scoring_twice_at_once_is_refused(small: Ready, tmp_path: Path, monkeypatch) -> None:
    def again(*_: object, **__: object) -> None:
        score(small.shop, tmp_path / "second.csv", AS_OF)

    monkeypatch.setattr(population_module, "write_scores", again)
    with pytest.raises(WillbuyError, match="another process is scoring this very population"):
        score(small.shop, tmp_path / "first.csv", AS_OF)
    monkeypatch.undo()
    score(small.shop, tmp_path / "first.csv", AS_OF)
    assert left_behind(small) == []


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("s.xlsx", r"\.csv or \.parquet"),
        ("none/s.csv", "there is no folder"),
        ("folder.csv", "a folder of that name"),
    ],
)
def test_an_output_that_cannot_be_is_refused_before_any_work(
    small: Ready, tmp_path: Path, name, message
) -> None:
    (tmp_path / "folder.csv").mkdir()
    with pytest.raises(WillbuyError, match=message):
        score(small.shop, tmp_path / name, AS_OF)
    assert left_behind(small) == []


def test_fitted_columns_are_fitted_on_everyone(tmp_path: Path, monkeypatch) -> None:
    buyers = ready(tmp_path, bgnbd=True)
    monkeypatch.setattr(population_module, "CHUNK", 100)
    score(buyers.shop, tmp_path / "s.parquet", AS_OF)
    assert buyers.frame["p_alive"].notna().any()
    expected = buyers.bundle.predict_proba(buyers.frame)
    assert [row[2] for row in table(tmp_path / "s.parquet")[1]] == expected.tolist()


def test_a_session_task_names_the_session(tmp_path: Path) -> None:
    visits = ready(tmp_path, within="session", as_of=None)
    done = score(visits.shop, tmp_path / "s.parquet")
    names, rows = table(tmp_path / "s.parquet")
    assert names == [*NAMES[:2], "session", *NAMES[2:]]
    assert done.n == len(rows) == len(visits.frame) > 0
    assert [row[2] for row in rows] == visits.frame["session"].tolist()
    assert [row[3] for row in rows] == visits.bundle.predict_proba(visits.frame).tolist()
