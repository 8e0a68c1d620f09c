"""Scoring a shop's population at a moment: one row an entity, into a CSV or Parquet file."""

import hashlib
import shutil
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from willbuy import __version__
from willbuy.events.presets import resolve
from willbuy.features.catalogue import load_python
from willbuy.features.feature_set import FeatureSet
from willbuy.features.log import summarise
from willbuy.fitted import COLUMNS, INPUTS, add_bgnbd, horizon_in_days
from willbuy.models.bundle import Bundle, load_bundle
from willbuy.models.rows import as_rows
from willbuy.moments import parse_moment
from willbuy.progress import BarCallback
from willbuy.scoring.chunk import CHUNK
from willbuy.scoring.columns import ScoreColumns
from willbuy.scoring.feature_rows import bundle_place
from willbuy.scoring.output import check_output, in_chunks, write_scores
from willbuy.scoring.parts import Parts, work_folder
from willbuy.scoring.scored import Scored
from willbuy.scoring.worker_scores import WorkerScores
from willbuy.shop import Shop
from willbuy.snapshots import score_rows, write_score_rows
from willbuy.warehouse import open_warehouse

if TYPE_CHECKING:
    import pandas as pd

    from willbuy.warehouse.duckdb import DuckDBWarehouse
    from willbuy.warehouse.engine import Warehouse


def score(
    shop: Shop,
    output: Path,
    as_of: str | None = None,
    run: str | None = None,
    reasons: bool = True,
    progress: BarCallback = lambda done, total, stage: None,
) -> Scored:
    """Score the population of a moment (the end of the log by default) and write one row an entity.

    Columns: the entity under its source name, `as_of` (UTC), of a session task `session`, then `ScoreColumns`. Sorted
    by the entity's bytes. A scoring that was killed continues where it was when it is asked for again.
    """
    check_output(output)
    place = bundle_place(shop, run)
    bundle = load_bundle(*place)
    load_python(shop)  # classes of the shop's own join the algebra
    with open_warehouse(shop) as warehouse:
        moment = parse_moment(as_of, shop) if as_of else summarise(warehouse).end
        work = Work(shop, warehouse, bundle, moment, ScoreColumns(bundle, reasons), progress)
        with work_folder(shop.home / "scoring", work.key()) as folder:
            if warehouse.parts_itself and not work.needs_everyone:
                return work.write_by_workers(place, folder, output)
            return work.write(folder, output)


@dataclass(frozen=True)
class Work:
    """One scoring: features of everyone into a file, then scores chunk by chunk, then the output."""

    shop: Shop
    warehouse: "Warehouse"
    bundle: Bundle
    moment: datetime
    scores: ScoreColumns
    progress: BarCallback

    @property
    def desk(self) -> "DuckDBWarehouse":
        """The engine of the local files."""
        return self.warehouse.desk

    def key(self) -> dict[str, Any]:
        """All that the parts depend on: what was finished under another key is never used."""
        own = self.shop.features.python
        return {
            "willbuy": __version__,
            "bundle": self.bundle.id,
            "moment": self.moment.isoformat(),
            "shop": self.shop.model_dump(mode="json"),
            "python": hashlib.sha256((self.shop.folder / own).read_bytes()).hexdigest() if own else None,
            "log": self.warehouse.state,
            "columns": self.scores.names,
            "chunk": CHUNK,
        }

    def write(self, folder: Path, output: Path) -> Scored:
        """Do what is not done yet, and write the output."""
        rows = folder / "rows.parquet"
        if not rows.exists():
            features = FeatureSet.from_spec(self.bundle.manifest["features_spec"])
            write_score_rows(self.warehouse, self.shop, features, self.moment, rows, self._say)
        [(n,)] = self.desk.rows(f"SELECT COUNT(*) FROM {self.desk.parquet([rows])}")
        with closing(self.desk.beside()) as beside:
            parts, number, done = Parts(folder, beside), 0, 0
            for number, frame in enumerate(self._chunks(rows), 1):
                if not parts.path(number).exists():
                    parts.write(number, self._scored(frame))
                done += len(frame)
                self.progress(done, n, "scores")
        as_of = f"{self.moment.isoformat()}Z"
        return write_scores(self.desk, parts.source(number), self._columns(as_of), output, self.scores, as_of)

    @property
    def needs_everyone(self) -> bool:
        """Whether the model reads columns that are fitted on everyone at the moment."""
        return bool(set(COLUMNS) & set(self.bundle.feature_names))

    def write_by_workers(self, bundle: tuple[Path, str], folder: Path, output: Path) -> Scored:
        """The same by the engine's workers, each of which loads the bundle and scores rows as they are computed."""
        features = FeatureSet.from_spec(self.bundle.manifest["features_spec"])
        parts, scorer = folder / "parts", WorkerScores(*bundle, self.scores.reasons)
        if not parts.exists():
            with score_rows(self.warehouse, self.shop, features, self.moment) as (sql, nobody):
                self._say("features and scores")
                self.warehouse.map_to_files(sql, scorer, scorer.types(self._known), parts)
                files = self.desk.parquet(sorted(parts.iterdir()))
                if not self.desk.rows(f"SELECT 1 FROM {files} LIMIT 1"):
                    shutil.rmtree(parts)
                    raise nobody
        as_of = f"{self.moment.isoformat()}Z"
        source = self.desk.parquet(sorted(parts.iterdir()))
        return write_scores(self.desk, source, self._columns(as_of), output, self.scores, as_of)

    @property
    def _known(self) -> tuple[str, ...]:
        return ("entity", "session") if self.shop.target.within == "session" else ("entity",)

    def _say(self, said: str) -> None:
        self.progress(0, None, said)

    def _chunks(self, rows: Path) -> Iterator["pd.DataFrame"]:
        """The rows in order, always cut at the same places, with the columns that are fitted."""
        fitted, done = self._fitted(rows), 0
        with closing(self.desk.beside()) as reader:
            for frame in in_chunks(reader, f"SELECT * FROM {reader.parquet([rows])}", CHUNK):
                of_chunk = slice(done, done + len(frame))
                done += len(frame)
                columns = {name: fitted[name].to_numpy()[of_chunk] for name in COLUMNS if fitted is not None}
                yield frame.assign(**columns)

    def _fitted(self, rows: Path) -> "pd.DataFrame | None":
        """The columns that are fitted on everyone at the moment, where the model reads them."""
        if not self.needs_everyone:
            return None
        inputs = ", ".join(f'"{name}"' for name in ("anchor", *INPUTS))
        frame = self.desk.frame(f"SELECT {inputs} FROM {self.desk.parquet([rows])}")
        return add_bgnbd(frame, horizon_in_days(self.shop))[0]

    def _scored(self, frame: "pd.DataFrame") -> "pd.DataFrame":
        """A chunk's entities, their sessions where there are any, and their scores."""
        rows = as_rows(frame, self.bundle.feature_names)
        return frame[list(self._known)].assign(**self.scores.of(rows))

    def _columns(self, as_of: str) -> str:
        """The columns of the output as SQL."""
        dialect, session = self.warehouse.dialect, self.shop.target.within == "session"
        taken = {"as_of", "session", *self.scores.names}
        entity = resolve(self.shop.source).columns["entity"]
        named = dialect.identifier(entity if entity not in taken else "entity")
        own = [f'"entity" AS {named}', f'{dialect.text(as_of)} AS "as_of"', *(["session"] if session else [])]
        return ", ".join([*own, *(f'"{name}"' for name in self.scores.names)])
