"""Every bad file of the corpus has its declared outcome, and every row of it is accounted for (B1, B2, B3)."""

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
