"""Scoring ready-made rows of features: a CSV or Parquet file in, the same rows with their scores out."""

import shutil
import tempfile
from contextlib import closing
from pathlib import Path

from willbuy.errors import InputError, did_you_mean, listed, printable
from willbuy.models.bundle import Bundle, load_bundle
from willbuy.progress import BarCallback
from willbuy.registry.pointer import run_named
from willbuy.runs import BUNDLE, complete_run, read_result
from willbuy.scoring.columns import ScoreColumns
from willbuy.scoring.csv_rows import CsvRows
from willbuy.scoring.output import check_output, write_scores
from willbuy.scoring.parquet_rows import ParquetRows
from willbuy.scoring.parts import Parts
from willbuy.scoring.scored import Scored
from willbuy.scoring.table_file import columns_of, score_table_file, table_of
from willbuy.scoring.table_output import AS_OF
from willbuy.shop import Common
from willbuy.warehouse.duckdb import DuckDBWarehouse


def bundle_of_run(shop: Common, run: str | None = None) -> Bundle:
    """The bundle of a complete run of the shop, the newest one by default; `champion` names the champion's."""
    return load_bundle(*bundle_place(shop, run))


def bundle_place(shop: Common, run: str | None = None) -> tuple[Path, str]:
    """The folder of such a bundle, and the id that it must have."""
    folder = complete_run(shop.home, run_named(shop.home, run))
    return folder / BUNDLE, str(read_result(folder)["bundle"])


def predict(
    bundle: Bundle,
    rows: Path,
    output: Path,
    reasons: bool = True,
    progress: BarCallback = lambda done, total, stage: None,
    now: str | None = None,
) -> Scored:
    """Score a file of feature rows (.csv or .parquet, columns by name) and write one row for each, in its order.

    Rows of a table are read as its bundle says (see `score_table_file`); `now`, ISO 8601 in UTC, is for a column that its output
    has for the moment of the scores.
    Columns: every column of the file that is no feature, as it is, then `ScoreColumns`. Memory is bounded, and the output is
    whole or not there. Raises InputError, with the column, the line and the value, where the file does not fit.
    """
    check_output(output)
    if not rows.is_file():
        raise InputError(f"no file {rows}")
    if columns_of(bundle):
        table = table_of(bundle)
        as_of = now if AS_OF in table.output.values() else None
        return score_table_file(bundle, table, rows, output, as_of=as_of, reasons=reasons, progress=progress)
    if rows.suffix not in (".csv", ".parquet"):
        raise InputError(f"cannot read {rows.name}: expected a .csv or .parquet file of feature rows")
    scores = ScoreColumns(bundle, reasons)
    work = Path(tempfile.mkdtemp(prefix=f".{output.name}.", dir=output.absolute().parent))
    try:
        with closing(DuckDBWarehouse(work)) as warehouse:
            reader = (CsvRows if rows.suffix == ".csv" else ParquetRows)(
                rows, bundle.feature_names, warehouse
            )
            check_columns(rows, reader.extras + reader.features, bundle.feature_names, scores.names)
            parts, number, done = Parts(work, warehouse), 0, 0
            for number, chunk in enumerate(reader.chunks(), 1):
                frame = chunk.extras.assign(**scores.of(chunk.rows))
                parts.write(number, frame)
                done += len(frame)
                progress(done, None, "scores")
            if not done:
                raise InputError(f"{rows.name} holds no row of features: there is nothing to score")
            names = ", ".join(f's."{name}"' for name in scores.names)
            source = f"{parts.source(number)} s"
            columns = ", ".join([*reader.passed_on, names])
            return write_scores(warehouse, reader.beside(source), columns, output, scores)
    finally:
        shutil.rmtree(work, ignore_errors=True)


def check_columns(path: Path, found: list[str], features: tuple[str, ...], written: tuple[str, ...]) -> None:
    """Raise InputError where a feature is missing, a name stands twice, or a column has the name of a score."""
    missing = [name for name in features if name not in found]
    if missing:
        hint = did_you_mean(missing[0], found) if len(missing) < len(features) else ""
        raise InputError(
            f"{path.name} has no column '{missing[0]}' ({len(missing)} of {len(features)} features are missing); "
            f"it has {listed(found)}.{hint}"
        )
    lowered = [name.lower() for name in found]  # the engine does not tell them apart by case
    twice = [name for name in found if lowered.count(name.lower()) > 1]
    if twice:
        raise InputError(f"{path.name} has the column '{printable(twice[0])}' twice; rename one of them")
    taken = [name for name in found if name.lower() in written]
    if taken:
        raise InputError(
            f"{path.name} has a column '{taken[0]}', which is the name of a score; rename it or leave it out"
        )
