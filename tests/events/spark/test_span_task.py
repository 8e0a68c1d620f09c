"""What a worker makes of a file, span by span, is what DuckDB's ingest makes of it: the same refusals, rows and counts."""

from pathlib import Path
from typing import Any

import duckdb
import pytest

from events.corpus import CORPUS, BadFile, Refused, source_of
from events.shops import some_rows, write_log
from willbuy.errors import WillbuyError
from willbuy.events import presets, spans
from willbuy.events.files import format_of
from willbuy.events.gathering import refuse_if_unreadable
from willbuy.events.guarding import Guard
from willbuy.events.ingest import ingest
from willbuy.events.keeping_files import first_refused
from willbuy.events.settings import settings_of
from willbuy.events.spark.accounts import Hands, SpanAccount, read_accounts
from willbuy.events.spark.span_task import Failure, SpanTask, account_path, read_span, survey_file
from willbuy.hashed_ids import Suppression
from willbuy.shop import Shop
from willbuy.warehouse import open_warehouse
from willbuy.warehouse.layout import Layout


def shop_at(folder: Path, source: dict[str, Any]) -> Shop:
    return Shop.model_validate({"source": source, "target": {"within": "7d"}, "folder": folder})


def hands_of(shop: Shop) -> Hands:
    source = presets.resolve(shop.source)
    guard = Guard(None, Suppression(shop.home))
    return Hands(Layout(shop.home / "spark"), source, settings_of(source), "500MB", guard)


def by_workers(shop: Shop, path: Path) -> SpanAccount:
    """The account of a file, its spans read one after the other. Raises what the driver would raise."""
    hands = hands_of(shop)
    kind = format_of(path, hands.source.format)
    found = survey_file(hands, path, kind)
    if isinstance(found, Failure):
        raise found.error()
    account = SpanAccount()
    for span in reversed(found.spans):
        failure = read_span(hands, SpanTask(1, path, kind, found, span))
        if failure is not None:
            raise failure.error()
        account += read_accounts(account_path(hands.layout, 1, span.number))[1]
    rejects = [hands.layout.home / file for file in account.rejects]
    with duckdb.connect() as engine:
        refuse_if_unreadable(
            path, account.read, account.rejected, lambda rule: first_refused(engine, rejects, rule)
        )
    return account


def files(shop: Shop, names: list[str]) -> str:
    return f"read_parquet({[str(shop.home / 'spark' / name) for name in names]!r})"


@pytest.mark.parametrize("bad", CORPUS, ids=str)
def test_the_corpus_of_bad_files(bad: BadFile, tmp_path: Path) -> None:
    path = tmp_path / bad.file
    bad.make(path)
    shop = shop_at(tmp_path, source_of(bad, path))
    if isinstance(bad.outcome, Refused):
        with pytest.raises(WillbuyError) as refused:
            by_workers(shop, path.resolve())
        assert bad.outcome.words in str(refused.value)
        return
    account = by_workers(shop, path.resolve())
    refused_by_reading = dict(bad.outcome.rejected)
    conflicts = refused_by_reading.pop("event_id_conflict", 0)
    assert account.rejected == refused_by_reading
    assert sum(account.dates.values()) == bad.outcome.accepted + bad.outcome.duplicates + conflicts
    assert account.read == sum(account.dates.values()) + sum(account.rejected.values())


def test_spans_of_one_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(spans, "SMALLEST_SPAN", 5000)
    path = write_log(tmp_path / "a.csv", [*some_rows(700), "", '"open', *some_rows(300, seed=2)])
    source = {
        "columns": {"entity": "user", "time": "ts", "kind": "what", "item": "item"},
        "kinds": {"view": ["view"], "cart": ["cart"], "purchase": ["buy"]},
        "time": {"unit": "text", "zone": "UTC"},
        "files": [str(path)],
    }
    shop = shop_at(tmp_path, source)
    assert len(spans.survey(path, "csv", hands_of(shop).source).spans) > 5
    account = by_workers(shop, path)
    ingest(shop)
    with open_warehouse(shop) as warehouse:
        raw = "SELECT source, line, raw, fault FROM"
        assert warehouse.rows(f"{raw} {files(shop, account.rows)} ORDER BY ALL") == warehouse.rows(
            f"{raw} events_raw ORDER BY ALL"
        )
        same = "SELECT line, entity, time FROM"
        assert warehouse.rows(
            f"{same} {files(shop, account.rows)} WHERE rule = 0 ORDER BY ALL"
        ) == warehouse.rows(f"{same} events JOIN entities USING (entity_key) ORDER BY ALL")
    assert account.rejected == {"quote": 1}


def test_a_file_that_changes_while_it_is_read_is_refused(tmp_path: Path) -> None:
    path = write_log(tmp_path / "a.csv", some_rows(20))
    shop = shop_at(tmp_path, source_of(CORPUS[0], path))
    hands = hands_of(shop)
    found = survey_file(hands, path, "csv")
    assert not isinstance(found, Failure)
    write_log(path, some_rows(21))
    failure = read_span(hands, SpanTask(1, path, "csv", found, found.spans[0]))
    assert failure is not None
    assert "changed while it was read" in failure.says
    assert list(hands.layout.home.rglob("*.parquet")) == []
    path.unlink()
    gone = survey_file(hands, path, "csv")
    assert isinstance(gone, Failure)
    assert "Every worker must see the files" in gone.says
