"""The proof of a table: records as JSON against the rows of the file."""

from pathlib import Path
from typing import Any

import pytest

from made_up_table import lines, table_shop, write_table
from willbuy.models.prepare import RecordReader
from willbuy.parity import prove
from willbuy.pipeline import train
from willbuy.shop import TableShop


@pytest.fixture(scope="module")
def table(tmp_path_factory: pytest.TempPathFactory) -> TableShop:
    shop = table_shop(tmp_path_factory.mktemp("table"), 'id = "session"', n=600)
    train(shop, lambda said: None)
    return shop


def test_ten_thousand_records_are_the_rows_of_the_file(table: TableShop) -> None:
    rows = lines(n=11_000, seed=5)
    rows[3] = rows[3].replace(",", ",many", 1)  # refused: a number must be one
    rows[5] = ",".join([*rows[5].split(",")[:3], "toaster", *rows[5].split(",")[4:]])  # not seen in training
    rows[7] = ",".join([*rows[7].split(",")[:3], "N/A", *rows[7].split(",")[4:]])
    write_table(table.folder / "rows.csv", rows)
    proof = prove(table)
    assert (proof.checked, proof.what) == (9_999, "rows")
    assert (proof.mismatches, proof.clean) == (0, True)
    assert list(proof.compared) == ["visits", "seconds", "device", "member"]
    assert set(proof.compared.values()) == {9_999}


def test_a_faulty_reader_is_found(table: TableShop, monkeypatch: pytest.MonkeyPatch) -> None:
    sound = RecordReader._of_json

    def faulty(column: Any, codes: Any, value: Any) -> Any:
        found = sound(column, codes, value)
        return 0.0 if found == -1.0 else found

    monkeypatch.setattr(RecordReader, "_of_json", staticmethod(faulty))
    proof = prove(table, n=50)
    assert [(one.entity, one.feature, one.batch, one.live) for one in proof.first] == [
        ("row 6", "device", -1.0, 0.0)
    ]
    assert proof.to_json()["first"][0]["moment"] is None


def test_paths_are_those_of_the_shop_file(
    table: TableShop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert prove(table, n=10).checked == 9
