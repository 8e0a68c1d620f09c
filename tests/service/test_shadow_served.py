"""A second bundle in shadow of the champion, from `willbuy promote --shadow` to `willbuy log`, in real processes."""

import os
import subprocess
import sys
from pathlib import Path

import duckdb
import httpx
import numpy as np
import pytest

import willbuy
from made_up_models import make_run, random_rows
from scripts.docs_server import Server
from waiting import until
from willbuy.models.bundle import load_bundle

SOURCE = {"PYTHONPATH": str(Path(__file__).resolve().parents[2] / "src")}


def command(folder: Path, *words: str) -> str:
    done = subprocess.run([sys.executable, "-m", "willbuy", *words], cwd=folder, env={**os.environ, **SOURCE},
                          capture_output=True, text=True, check=False)  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    (tmp_path / "shop.toml").write_text('[table]\nfiles = ["rows.csv"]\ntarget = "bought"\n')
    for seed, width in ((1, 6), (2, 6), (3, 8)):
        make_run(tmp_path / ".willbuy", seed, width=width)
    return tmp_path


def test_both_answers_stand_in_the_log_and_only_one_is_told(shop: Path) -> None:
    command(shop, "promote", "0001", "--force", "a test")
    command(shop, "promote", "0002", "--shadow")
    champion, same, wider = (
        load_bundle(shop / ".willbuy" / "runs" / f"000{n}" / "bundle") for n in (1, 2, 3)
    )
    rows = random_rows(np.random.default_rng(4), 40, 6)
    rows[np.isnan(rows)] = 0.0
    records = [dict(zip(champion.feature_names, row.tolist(), strict=True)) for row in rows]
    server = Server([], shop, SOURCE)
    try:
        with willbuy.Client(f"http://{server.address}") as client:
            told = [client.predict(record) for record in records[:20]]
            told += client.predict_batch(records[20:])["predictions"]
            command(shop, "promote", "0003", "--shadow")
            until(lambda: client.model()["shadow"]["version"] == wider.id)
            told.append(client.predict(records[0]))
        counted = ""

        def all_looked_at() -> bool:
            nonlocal counted
            counted = httpx.get(f"http://{server.address}/metrics").text
            return "willbuy_shadow_missing_total 1.0\n" in counted  # the last one's

        until(all_looked_at)
    finally:
        server.stop()
    for name, count in (("scored", 40), ("missing", 1), ("faults", 0), ("dropped", 0)):
        assert f"willbuy_shadow_{name}_total {count}.0\n" in counted
    assert {one["model_version"] for one in told} == {champion.id}
    assert [one["purchase_probability"] for one in told[:40]] == champion.predict_proba(rows).tolist()
    command(shop, "log", "--output", "answers.parquet")
    answers = duckdb.sql(
        f"SELECT version, probability, shadow_version, shadow_probability FROM '{shop}/answers.parquet'"
    ).fetchall()
    assert [row[:2] for row in answers] == [(champion.id, one["purchase_probability"]) for one in told]
    assert [row[2:] for row in answers[:40]] == [
        (same.id, score) for score in same.predict_proba(rows).tolist()
    ]
    assert answers[40][2:] == (None, None)  # the wider model reads what no request carried
