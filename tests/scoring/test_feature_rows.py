"""`predict`: CSV, Parquet and Python give the same bits; whatever does not fit is named; nothing is half-written."""

from pathlib import Path

import duckdb
import numpy as np
import pandas as pd
import pytest

import willbuy
from scoring.conftest import Ready
from willbuy.errors import InputError, WillbuyError
from willbuy.scoring import csv_rows, feature_rows, parquet_rows, predict, score

AS_OF = "2015-07-01"


@pytest.fixture(scope="module")
def files(small: Ready, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """rows.csv and rows.parquet: an id, the features in another order, and a note."""
    folder = tmp_path_factory.mktemp("files")
    names = list(small.bundle.feature_names)[::-1]
    frame = small.frame[["entity", *names]].assign(note='say "hi",\nyou')
    frame.to_csv(folder / "rows.csv", index=False)
    with duckdb.connect() as connection:
        connection.register("rows", frame.assign(number=range(len(frame))))
        connection.execute(
            f"COPY (SELECT * REPLACE (nullif(number, 1) AS number) FROM rows) TO '{folder / 'rows.parquet'}'"
        )
    return folder


def read(path: Path) -> list[dict[str, object]]:
    found = duckdb.sql(f"SELECT * FROM '{path}'")
    return [dict(zip(found.columns, row, strict=True)) for row in found.fetchall()]


def test_csv_parquet_python_and_score_say_the_same(small: Ready, files: Path, tmp_path: Path) -> None:
    bundle = willbuy.load(small.shop.home / "runs" / "0001" / "bundle")
    done = predict(bundle, files / "rows.csv", tmp_path / "of_csv.parquet")
    predict(bundle, files / "rows.parquet", tmp_path / "of_parquet.parquet")
    score(small.shop, tmp_path / "scores.parquet", AS_OF)
    of_csv, of_parquet, scores = (
        read(tmp_path / f"{name}.parquet") for name in ("of_csv", "of_parquet", "scores")
    )
    names = [name for name in scores[0] if name not in ("visitorid", "as_of")]
    assert list(of_csv[0]) == ["entity", "note", *names]
    assert list(of_parquet[0]) == ["entity", "note", "number", *names]
    for rows in (of_csv, of_parquet):
        assert [row["entity"] for row in rows] == [row["visitorid"] for row in scores]
        assert all(a[name] == b[name] for a, b in zip(rows, scores, strict=True) for name in names)
        assert {row["note"] for row in rows} == {'say "hi",\nyou'}
    assert [row["number"] for row in of_parquet] == [0, None, *range(2, len(scores))]
    frame = pd.read_csv(files / "rows.csv")
    assert [row["probability"] for row in of_csv] == bundle.predict_proba(frame).tolist()
    assert [row["prediction"] for row in of_csv] == bundle.predict(frame).tolist()
    for row, reasons in zip(of_csv, bundle.reasons(frame), strict=True):
        assert row["reason_1"] == reasons[0].text
        assert row["contribution_1"] == reasons[0].contribution
    assert (done.n, done.as_of) == (len(scores), None)


def test_chunks_change_nothing_and_a_csv_says_the_same_bits(
    small: Ready, files: Path, tmp_path: Path, monkeypatch
) -> None:
    predict(small.bundle, files / "rows.csv", tmp_path / "whole.parquet")
    monkeypatch.setattr(csv_rows, "CHUNK", 50)
    monkeypatch.setattr(parquet_rows, "CHUNK", 50)
    predict(small.bundle, files / "rows.csv", tmp_path / "again.csv")
    predict(small.bundle, files / "rows.parquet", tmp_path / "also.parquet", reasons=False)
    whole = read(tmp_path / "whole.parquet")
    assert [row["probability"] for row in read(tmp_path / "again.csv")] == [
        row["probability"] for row in whole
    ]
    assert [row["probability"] for row in read(tmp_path / "also.parquet")] == [
        row["probability"] for row in whole
    ]
    assert "reason_1" not in read(tmp_path / "also.parquet")[0]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["again.csv", "also.parquet", "whole.parquet"]


def rows_of(small: Ready, *lines: str) -> str:
    """A CSV of these lines below the header; `*` stands for a 1 in every feature but the first."""
    names = small.bundle.feature_names
    ones = ",".join("1" for _ in names[1:])
    return "\n".join((",".join(names), *(line.replace("*", ones) for line in lines))) + "\n"


FINE = "0,*"
BAD = [
    ((FINE, "inf,*"), r"line 3: found 'inf' in {0}; expected \|x\| < 3\.4e38, or nothing"),
    (("1e400,*",), r"line 2: found '1e400' in {0}"),
    (("-1e39,*",), r"line 2: found '-1e39' in {0}"),
    ((FINE, FINE, "many,*"), r"line 4: found 'many' in {0}; expected a number, or nothing"),
    (("1_000,*",), r"line 2: found '1_000' in {0}"),
    (('"1,5",*',), r"line 2: found '1,5' in {0}"),
    (("true,*",), r"line 2: found 'true' in {0}"),
    (("nan,*", "none,*", "inf,*"), r"line 4: found 'inf' in {0}"),
    ((FINE, "0"), r"line 3: found 1 columns; expected the \d+ of the header \(is the file cut off"),
    ((FINE, FINE + ",7"), r"line 3: found \d+ columns"),
    ((FINE, '"0,*'), r"line 3: found what is no CSV: unexpected end of data \(is the file cut off"),
    ((), r"holds no row of features"),
    (("x" * 200_000 + ",*",), r"line 2: found what is no CSV: field larger than field limit"),
    (("a\x00b,*",), r"line 2: found 'a\\x00b' in {0}"),
]


@pytest.mark.parametrize(("lines", "message"), BAD, ids=range(len(BAD)))
def test_values_that_do_not_fit_are_named_by_line(small: Ready, tmp_path: Path, lines, message) -> None:
    (tmp_path / "rows.csv").write_text(rows_of(small, *lines), encoding="utf-8")
    (tmp_path / "out.csv").write_text("as before", encoding="utf-8")
    with pytest.raises(InputError, match=message.format(small.bundle.feature_names[0])) as caught:
        predict(small.bundle, tmp_path / "rows.csv", tmp_path / "out.csv")
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < 300
    assert (tmp_path / "out.csv").read_text() == "as before"
    assert len(list(tmp_path.iterdir())) == 2


def header(small: Ready, change) -> bytes:
    return change(rows_of(small, FINE))


FILES = [
    (lambda text: b"", "is empty: expected a header line"),
    (lambda text: b"\n\n", "is empty"),
    (lambda text: text.encode("utf-16"), "line 1: found the byte 0xff, which is no UTF-8"),
    (lambda text: (text + text.split("\n")[1].replace("0", "\xe4", 1)).encode("latin-1"), "line 3: found the byte 0xe4"),
    (lambda text: text.replace("count_view_7d", "count_viw_7d", 1).encode(), r"no column 'count_view_7d' \(1 of \d+ .*Did you mean 'count_viw_7d'"),
    (lambda text: b"a,b\n1,2\n", r"\(\d+ of \d+ features are missing\); it has a, b\."),
    (lambda text: ("count_view_7d," + text.replace("\n0", "\n0,0")).encode(), "has the column 'count_view_7d' twice"),
    (lambda text: ("Probability," + text.replace("\n0", "\n0,0")).encode(), "has a column 'Probability', which is the name of a score"),
    (lambda text: ("id,ID," + text.replace("\n0", "\n0,0,0")).encode(), "has the column 'id' twice"),
]  # fmt: skip


@pytest.mark.parametrize(("change", "message"), FILES, ids=range(len(FILES)))
def test_files_that_do_not_fit_are_one_clear_line(small: Ready, tmp_path: Path, change, message) -> None:
    (tmp_path / "rows.csv").write_bytes(header(small, change))
    with pytest.raises(InputError, match=message) as caught:
        predict(small.bundle, tmp_path / "rows.csv", tmp_path / "out.csv")
    assert "\n" not in str(caught.value)
    assert [path.name for path in tmp_path.iterdir()] == ["rows.csv"]


@pytest.mark.parametrize("mark", [";", "\t"])
def test_other_delimiters_a_byte_order_mark_blank_lines_and_nulls(small: Ready, tmp_path: Path, mark) -> None:
    text = rows_of(small, "0,*", "", "NA,*", ",*").replace(",", mark)
    (tmp_path / "rows.csv").write_text(text.replace("\n", "\r\n"), encoding="utf-8-sig", newline="")
    predict(small.bundle, tmp_path / "rows.csv", tmp_path / "out.parquet")
    X = np.ones((3, len(small.bundle.feature_names)))
    X[:, 0] = [0, np.nan, np.nan]
    found = [row["probability"] for row in read(tmp_path / "out.parquet")]
    assert found == small.bundle.predict_proba(X).tolist()


def test_parquet_files_that_do_not_fit(small: Ready, tmp_path: Path) -> None:
    names = small.bundle.feature_names
    good = pd.DataFrame(np.ones((3, len(names))), columns=list(names))
    bad = good.copy()
    bad.loc[1, names[2]] = np.inf
    path = tmp_path / "rows.parquet"
    for frame, message in (
        (bad, rf"row 2: found inf in {names[2]}; expected \|x\| < 3.4e38"),
        (good.assign(**{names[1]: "7"}), f"the column {names[1]} holds VARCHAR; expected numbers"),
        (good.drop(columns=names[0]), f"no column '{names[0]}'"),
        (good.iloc[:0], "holds no row"),
    ):
        duckdb.register("rows", frame)
        duckdb.execute(f"COPY rows TO '{path}'")
        with pytest.raises(InputError, match=message):
            predict(small.bundle, path, tmp_path / "out.csv")
    path.write_bytes(path.read_bytes()[:-40])
    with pytest.raises(InputError, match=r"rows\.parquet cannot be read as Parquet"):
        predict(small.bundle, path, tmp_path / "out.csv")
    assert [found.name for found in tmp_path.iterdir()] == ["rows.parquet"]


def test_no_file_another_kind_of_file_and_no_output(small: Ready, tmp_path: Path) -> None:
    (tmp_path / "rows.txt").write_text("a")
    for rows, output, message in (
        ("none.csv", "out.csv", "no file"),
        ("rows.txt", "out.csv", r"expected a \.csv or \.parquet file of feature rows"),
        ("rows.txt", "out.json", "cannot write out.json"),
    ):
        with pytest.raises(WillbuyError, match=message):
            predict(small.bundle, tmp_path / rows, tmp_path / output)


def test_what_breaks_half_way_leaves_nothing(small: Ready, files: Path, tmp_path: Path, monkeypatch) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(feature_rows, "write_scores", full)
    with pytest.raises(OSError, match="No space left"):
        predict(small.bundle, files / "rows.csv", tmp_path / "out.csv")
    assert list(tmp_path.iterdir()) == []
