"""What goes wrong in mid-ingest: one line, nothing half-written, and the next ingest goes on from there."""

import json
import os
import signal
from contextlib import suppress
from pathlib import Path

import pytest

from events.shops import shop_at, some_rows, write_log
from events.spark.pictures import picture
from events.spark.shops import on_spark
from willbuy.errors import EngineError, WillbuyError
from willbuy.events.ingest import ingest
from willbuy.events.spark import bench, merging
from willbuy.warehouse.ledger import Ledger
from willbuy.warehouse.spark.tables import layout_of

pytestmark = pytest.mark.usefixtures("spark_session")


def workers() -> list[int]:
    """The Python processes that work for Spark: the children of its daemon."""
    parents = {}
    commands = {}
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            fields = (entry / "stat").read_text().rpartition(")")[2].split()
            commands[int(entry.name)] = (entry / "cmdline").read_text()
        except OSError:
            continue
        parents[int(entry.name)] = int(fields[1])

    def ours(process: int) -> bool:
        return process == os.getpid() or (process in parents and ours(parents[process]))

    return [
        process
        for process, parent in parents.items()
        if "pyspark.daemon" in commands.get(parent, "") and ours(process)
    ]


def test_a_worker_that_dies_is_told_in_one_line_and_what_was_read_is_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bench, "_LOOK", 0.05)
    rows = some_rows(2000, people=300)
    lines = [f"{row[:-1]}{number % 9}" for number in range(15) for row in rows]
    write_log(tmp_path / "a.csv", lines)
    shop = on_spark(tmp_path)
    killed: list[int] = []

    def kill(done: int, total: int | None, stage: str) -> None:
        if stage == "reading":
            for process in workers():
                with suppress(ProcessLookupError):
                    os.kill(process, signal.SIGKILL)
                    killed.append(process)

    with pytest.raises(EngineError) as caught:
        ingest(shop, [str(tmp_path / "a.csv")], kill)
    assert killed
    assert "\n" not in str(caught.value)
    assert "died" in str(caught.value)
    assert [row.status for row in Ledger(layout_of(shop.home).ledger, read_only=True).sources()] in (
        [],
        ["reading"],
    )
    assert ingest(shop, [str(tmp_path / "a.csv")]).read == len(lines)
    plain = shop_at(tmp_path)
    ingest(plain, [str(tmp_path / "a.csv")])
    assert picture(shop) == picture(plain)
    assert ingest(shop, [str(tmp_path / "a.csv")]).read == 0


@pytest.mark.parametrize(
    "step",
    [
        step if step in ("dropped", "rejected") else pytest.param(step, marks=pytest.mark.gate)
        for step in merging.STEPS
    ],
)
def test_a_merge_that_breaks_off_is_taken_up(
    step: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_log(tmp_path / "a.csv", ["broken", *some_rows(50)])
    write_log(tmp_path / "b.csv", some_rows(70))
    shop, plain = on_spark(tmp_path), shop_at(tmp_path)
    files = [str(tmp_path / "a.csv"), str(tmp_path / "b.csv")]

    def broken(self: merging.Merge) -> merging.Step:
        self._sql("SELECT raise_error('No space left on device')").collect()
        raise AssertionError("Spark raises before")

    with monkeypatch.context() as patch:
        patch.setattr(merging.Merge, f"_{step}", broken)
        with pytest.raises(WillbuyError, match=r"No space left on device.*again") as caught:
            ingest(shop, files)
    assert "\n" not in str(caught.value)
    with Ledger(layout_of(shop.home).ledger) as ledger:
        assert ledger.files() == []
        made = {file.file for found in all_merges(ledger) for file in found.files}
    assert {path for path in made if (layout_of(shop.home).home / path).exists()} == made
    assert ingest(shop, files).to_json() | {"seconds": 0} == ingest(plain, files).to_json() | {"seconds": 0}
    assert picture(shop) == picture(plain)
    after = {
        path.relative_to(layout_of(shop.home).home).as_posix()
        for path in layout_of(shop.home).home.rglob("*.parquet")
    }
    with Ledger(layout_of(shop.home).ledger) as ledger:
        assert after == {file.file for file in ledger.files()}
    assert made - {path for path in made if path.startswith("dropped")} <= after


def all_merges(ledger: Ledger) -> list[merging.Step]:
    found = ledger._db.execute("SELECT outcome FROM merges ORDER BY bucket").fetchall()
    return [merging.Step.from_json(json.loads(outcome)) for (outcome,) in found]


def test_two_ingests_at_once(tmp_path: Path) -> None:
    write_log(tmp_path / "a.csv", some_rows(50))
    shop = on_spark(tmp_path)
    said: list[str] = []

    def second(done: int, total: int | None, stage: str) -> None:
        if not said:
            said.append("")
            with pytest.raises(WillbuyError, match="another ingest is at work") as caught:
                ingest(shop, [str(tmp_path / "a.csv")])
            said.append(str(caught.value))

    ingest(shop, [str(tmp_path / "a.csv")], second)
    assert len(said) == 2


def test_what_is_not_built_is_said(tmp_path: Path) -> None:
    from willbuy.events.ingest import ingest_live

    with pytest.raises(WillbuyError, match=r"ingest --live is not built for storage\.engine = 'spark'"):
        ingest_live(on_spark(tmp_path), None)  # type: ignore[arg-type]
    write_log(tmp_path / "a.csv", some_rows(1))
    shop = on_spark(tmp_path)
    afar = shop.model_copy(update={"storage": shop.storage.model_copy(update={"home": "s3a://bucket/shop"})})
    with pytest.raises(
        WillbuyError, match=r"'s3a://bucket/shop', and ingest on Spark is not built for a URL"
    ):
        ingest(afar, [str(tmp_path / "a.csv")])
