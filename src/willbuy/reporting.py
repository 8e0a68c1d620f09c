"""The report of a run: one page from its result and its test predictions."""

from pathlib import Path
from typing import Any, cast

import duckdb

from willbuy.evaluation.report import write_report
from willbuy.evaluation.result.run import Result
from willbuy.registry.pointer import run_named
from willbuy.runs import PREDICTIONS, complete_run, read_result
from willbuy.shop import Common


def write_run_report(shop: Common, output: Path, run: str | None = None) -> None:
    """Write the report of a complete run, the newest by default."""
    folder = complete_run(shop.home, run_named(shop.home, run))
    predictions = duckdb.read_parquet(str(folder / PREDICTIONS)).df()
    write_report(cast(Result, read_result(folder)), predictions, output)


def run_result(shop: Common, run: str | None = None) -> dict[str, Any]:
    """The whole result of a complete run, the newest by default: what its report is rendered from."""
    return read_result(complete_run(shop.home, run_named(shop.home, run)))
