"""Every bad file of the corpus has its declared outcome, and every row of it is accounted for (B1, B2, B3)."""

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from events.corpus import CORPUS, Accounted, BadFile, Refused, source_of
from willbuy.errors import WillbuyError
from willbuy.events.ingest import ingest
from willbuy.shop import Shop
from willbuy.warehouse import open_warehouse


def shop_at(folder: Path, source: dict[str, Any]) -> Shop:
    return Shop.model_validate({"source": source, "target": {"within": "7d"}, "folder": folder})


def test_the_corpus_is_large_enough() -> None:
    assert len(CORPUS) >= 60
    assert len({bad.name for bad in CORPUS}) == len(CORPUS)


@pytest.mark.parametrize("bad", CORPUS, ids=str)
def test_outcome(bad: BadFile, tmp_path: Path) -> None:
    path = tmp_path / bad.file
    bad.make(path)
    shop = shop_at(tmp_path, source_of(bad, path))
    if isinstance(bad.outcome, Refused):
        with pytest.raises(WillbuyError) as refused:
            ingest(shop)
        assert bad.outcome.words in str(refused.value)
        assert "\n" not in str(refused.value)
        assert left_behind(shop.home) == []
        return
    result = ingest(shop)
    found = Accounted(result.accepted, result.rejected_by_rule, result.duplicates)
    assert found == bad.outcome
    assert result.read == result.accepted + result.rejected + result.duplicates
    with open_warehouse(shop) as warehouse:
        assert warehouse.rows("SELECT count(*) FROM events") == [(result.accepted,)]
        assert warehouse.rows("SELECT count(*) FROM events_raw") == [(result.read,)]
        by_rule = warehouse.rows("SELECT rule, count(*) FROM rejected GROUP BY rule")
        assert dict(by_rule) == result.rejected_by_rule
        lines = "SELECT source, line FROM events UNION ALL SELECT source, line FROM rejected"
        assert warehouse.rows(
            f"SELECT count(*) FROM ({lines}) ANTI JOIN events_raw USING (source, line)"
        ) == [(0,)]
        assert warehouse.rows("SELECT count(*) FROM rejected WHERE length(value) > 200") == [(0,)]


def left_behind(home: Path) -> list[str]:
    """Data files of a refused source."""
    return sorted(str(path) for path in home.rglob("*") if path.suffix in (".parquet", ".txt", ".partial"))


WHOLE_CORPUS = """
import sys
from pathlib import Path
from events.corpus import CORPUS, source_of
from events.test_corpus import shop_at
from peak import peak_memory
from willbuy.errors import WillbuyError
from willbuy.events.ingest import ingest

wanted = sys.argv[2:]
for bad in CORPUS:
    if bad.name in wanted:
        folder = Path(sys.argv[1]) / bad.name
        folder.mkdir()
        path = folder / bad.file
        bad.make(path)
        try:
            ingest(shop_at(folder, source_of(bad, path)))
        except WillbuyError:
            pass
        print(bad.name, peak_memory() >> 20, flush=True)
"""
HEAVIEST = (
    "gz_bomb", "zst_bomb", "line_without_end", "line_over_a_megabyte", "field_of_a_million", "parquet_damaged_pages",
    "utf32_le_bom", "nul_everywhere", "jsonl",
)  # fmt: skip


def test_no_file_of_the_corpus_takes_much_memory(tmp_path: Path) -> None:
    """B1: at most 512 MB, one file after the other in one process."""
    root = Path(__file__).resolve().parents[2]
    env = {"PYTHONPATH": f"{root / 'src'}:{root / 'tests'}", "PATH": "/usr/bin:/bin"}
    command = [sys.executable, "-c", WHOLE_CORPUS, str(tmp_path), *HEAVIEST]
    done = subprocess.run(command, capture_output=True, text=True, check=True, env=env)
    peaks = {name: int(megabytes) for name, megabytes in (line.split() for line in done.stdout.splitlines())}
    assert set(peaks) == set(HEAVIEST)
    assert max(peaks.values()) <= 512, peaks
