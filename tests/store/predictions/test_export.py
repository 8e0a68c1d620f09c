"""The log as one Parquet file: every value as it was logged, one column a feature where one version was exported."""

import json
import math
import signal
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import duckdb
import numpy as np
import pytest

from store.predictions.made_up import NOW, VERSION, made_up
from willbuy.errors import WillbuyError
from willbuy.privacy.of_runs import erase_left_work
from willbuy.store.predictions import Answer, PredictionLog
from willbuy.store.predictions.export import export_answers

NAMES = ("count_view_7d", "count_cart_7d", "Probability", "days_since_last", 'a "name", odd')


def logged(home: Path, answers: list[Answer], **described: tuple[str, ...]) -> list[Answer]:
    log = PredictionLog(home, days=90, clock=lambda: NOW)
    for version, names in described.items():
        log.describe(version, names)
    for answer in answers:
        log.put(answer)
    log.close()
    return answers


@pytest.mark.parametrize("chunk", [7, 5_000])
def test_one_version_is_one_column_a_feature(tmp_path: Path, chunk: int) -> None:
    put = logged(tmp_path, list(made_up(50)), **{VERSION: NAMES})
    put[3] = put[3]._replace(entity=None)
    output = tmp_path / "answers.parquet"
    result = export_answers(tmp_path, output, chunk=chunk)
    assert (result.answers, result.by_name, result.versions) == (50, True, {VERSION: 50})
    rows = duckdb.sql(f"SELECT * FROM '{output}'")
    assert rows.columns[-5:] == ["count_view_7d", "count_cart_7d", "feature_Probability", *NAMES[3:]]
    found = rows.fetchall()
    for answer, row in zip(list(made_up(50)), found, strict=True):
        features = [math.nan if value is None else value for value in row[-5:]]
        assert np.array(features).tobytes() == answer.features
        assert row[:10] == (*answer[:5], *answer[6:])
    assert all(row[-3] is None for row in found)  # a feature that was null is null, not NaN
    assert list((tmp_path / "tmp").glob("log-*")) == []


def test_many_versions_are_json(tmp_path: Path) -> None:
    known, unknown = list(made_up(5)), [a._replace(version="beef") for a in made_up(5)]
    logged(tmp_path, known + unknown, **{VERSION: NAMES})
    output = tmp_path / "answers.parquet"
    result = export_answers(tmp_path, output)
    assert (result.by_name, result.versions) == (False, {VERSION: 5, "beef": 5})
    for version, text in duckdb.sql(f"SELECT version, features FROM '{output}'").fetchall():
        features = json.loads(text)
        assert list(features) == list(NAMES) if version == VERSION else len(features) == 5


def test_a_time_and_a_version_are_chosen(tmp_path: Path) -> None:
    logged(tmp_path, [*made_up(50), *(a._replace(version="beef") for a in made_up(50))])
    output = tmp_path / "answers.csv"
    since, until = NOW + timedelta(seconds=10), NOW + timedelta(seconds=20)
    assert export_answers(tmp_path, output, since, until).versions == {VERSION: 10, "beef": 10}
    assert export_answers(tmp_path, output, since, until, "beef").versions == {"beef": 10}
    assert len(output.read_text().splitlines()) == 11
    with pytest.raises(WillbuyError, match="no answer was logged in that time"):
        export_answers(tmp_path, output, until + timedelta(days=1))
    with pytest.raises(WillbuyError, match="no answer was logged in that time, or by that run"):
        export_answers(tmp_path, output, version="cafe")


def test_an_output_that_breaks_off_is_not_there(tmp_path: Path) -> None:
    logged(tmp_path, list(made_up(50)))
    output = tmp_path / "answers.parquet"
    output.write_text("what was there before")

    def breaks(done: int, total: int | None, stage: str) -> None:
        if stage == "writing":
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        export_answers(tmp_path, output, progress=breaks)
    assert output.read_text() == "what was there before"
    assert list((tmp_path / "tmp").glob("log-*")) == []


def test_what_a_killed_export_leaves_is_removed_by_the_next_erasure(tmp_path: Path) -> None:
    """P2: its parts hold ids."""
    log = PredictionLog(tmp_path, days=90, clock=lambda: NOW)
    for answer in made_up(200):
        log.put(answer)
    log.close()
    code = (
        "import os, signal, sys; from pathlib import Path; from willbuy.store.predictions.export import export_answers\n"
        "die = lambda done, total, stage: os.kill(os.getpid(), signal.SIGKILL)\n"
        "export_answers(Path(sys.argv[1]), Path(sys.argv[1]) / 'a.parquet', progress=die)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path)], env={"PYTHONPATH": ":".join(sys.path)}, check=False
    )
    assert done.returncode == -signal.SIGKILL
    assert len(list(tmp_path.glob("tmp/log-*/part-*.parquet"))) == 1
    erase_left_work(tmp_path)
    assert list(tmp_path.glob("tmp/*")) == []
