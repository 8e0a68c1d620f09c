"""The log as one Parquet or CSV file, for whoever works with data frames. Batch side: needs pandas and DuckDB."""

import json
import math
import os
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from willbuy.errors import WillbuyError
from willbuy.store.predictions.answer import Answer
from willbuy.store.predictions.answers import CHUNK, Answers
from willbuy.store.predictions.answers_file import AnswersFile

if TYPE_CHECKING:
    import pandas as pd

    from willbuy.warehouse.duckdb import DuckDBWarehouse

OWN = [name for name in Answer._fields if name != "features"]
_TEXTS = ("id", "entity", "route", "version", "shadow_version", "features")
_TYPES = {"moment": "TIMESTAMP", "as_of": "TIMESTAMP"} | dict.fromkeys(
    _TEXTS, "VARCHAR"
)  # all else is a number
Progress = Callable[[int, int | None, str], None]


@dataclass(frozen=True)
class Exported:
    """What was written: how many answers of which version, and into which file."""

    output: str
    answers: int
    versions: Mapping[str, int]
    by_name: bool

    def to_json(self) -> dict[str, Any]:
        """As JSON can say it."""
        return asdict(self)

    def sentence(self) -> str:
        """One sentence, for people.

        >>> Exported("answers.parquet", 1200, {"0f3c" * 16: 1200}, True).sentence()
        'Wrote answers.parquet: 1,200 answers of one version, a column a feature.'
        """
        versions = "one version" if len(self.versions) == 1 else f"{len(self.versions)} versions"
        how = "a column a feature" if self.by_name else "the features as JSON"
        answers = "1 answer" if self.answers == 1 else f"{self.answers:,} answers"
        return f"Wrote {self.output}: {answers} of {versions}, {how}."


def export_answers(
    home: Path,
    output: Path,
    since: datetime | None = None,
    until: datetime | None = None,
    version: str | None = None,
    progress: Progress = lambda done, total, stage: None,
    memory: str = "1500MB",
    chunk: int = CHUNK,
    answers: Answers | None = None,
) -> Exported:
    """Write the answers of `[since, until)`, of one version or of all, in order of their moments.

    They are those of `answers`, by default of the file in the shop's home.

    Where they are of one version whose feature names the log knows, each feature is a column (a feature that is called
    as one of the log's own columns gets `feature_` before its name), null where the model saw none. Otherwise the column
    `features` holds them as JSON. The output is whole or not there. Raises WillbuyError where nothing was logged, or
    nothing in that time.
    """
    from willbuy.warehouse.duckdb import DuckDBWarehouse

    log = answers or AnswersFile(home)
    counts = _counts(log, since, until, version)
    total = sum(counts.values())
    known = log.names()
    names = known.get(next(iter(counts))) if len(counts) == 1 else None
    (home / "tmp").mkdir(exist_ok=True)
    warehouse = DuckDBWarehouse(home, memory)
    with tempfile.TemporaryDirectory(prefix=f"log-{os.getpid()}-", dir=home / "tmp") as folder:
        parts: list[Path] = []
        done = 0
        for some in _in_chunks(log.read(since, until, version, chunk), chunk):
            parts.append(Path(folder) / f"part-{len(parts):06}.parquet")
            _write_part(warehouse, _by_name(some, names) if names else _as_json(some, known), parts[-1])
            done += len(some)
            progress(done, max(total, done), "reading")
        progress(done, done, "writing")
        warehouse.export(f"SELECT * FROM {warehouse.parquet(parts)}", output)
    return Exported(str(output), done, counts, names is not None)


def _counts(
    answers: Answers, since: datetime | None, until: datetime | None, version: str | None
) -> Mapping[str, int]:
    counts = answers.counts(since, until, version)
    if not counts:
        raise WillbuyError(
            "no answer was logged in that time, or by that run. `willbuy log --output answers.parquet` writes all of them"
        )
    return counts


def _in_chunks(answers: Iterator[Answer], size: int) -> Iterator[list[Answer]]:
    while found := list(islice(answers, size)):
        yield found


def _write_part(warehouse: "DuckDBWarehouse", frame: "pd.DataFrame", path: Path) -> None:
    columns = ", ".join(
        f"CAST({quoted} AS {_TYPES.get(name, 'DOUBLE')}) AS {quoted}"
        for name, quoted in ((name, warehouse.dialect.identifier(name)) for name in frame.columns)
    )
    warehouse.connection.register("willbuy_part", frame)
    warehouse.to_parquet(f'SELECT {columns} FROM "willbuy_part"', path, soon=True)
    warehouse.connection.unregister("willbuy_part")


def _own(answers: Sequence[Answer]) -> dict[str, list[Any]]:
    return {name: [getattr(answer, name) for answer in answers] for name in OWN}


def _by_name(answers: Sequence[Answer], names: Sequence[str]) -> "pd.DataFrame":
    import pandas as pd

    rows = np.frombuffer(b"".join(answer.features for answer in answers)).reshape(len(answers), -1)
    if rows.shape[1] != len(names):
        raise WillbuyError(
            f"the log holds rows of {rows.shape[1]} features under a version that has {len(names)}: it was damaged"
        )
    return pd.concat([pd.DataFrame(_own(answers)), pd.DataFrame(rows, columns=_apart(names))], axis=1)


def _as_json(answers: Sequence[Answer], known: Mapping[str, Sequence[str] | None]) -> "pd.DataFrame":
    """An object of the features by name; an array where the log was never told the names."""
    import pandas as pd

    def text(answer: Answer) -> str:
        row = [value if math.isfinite(value) else None for value in np.frombuffer(answer.features).tolist()]
        names = known.get(answer.version)
        return json.dumps(row if names is None else dict(zip(names, row, strict=True)))

    return pd.DataFrame({**_own(answers), "features": [text(answer) for answer in answers]})


def _apart(names: Sequence[str]) -> list[str]:
    """The names of features as columns beside the log's own; engines do not tell capitals apart.

    >>> _apart(["count_view_7d", "ID", "feature_id"])
    ['count_view_7d', 'feature_ID', 'feature_feature_id']
    """
    taken = {name.lower() for name in (*OWN, "features")}
    found = []
    for name in names:
        column = name
        while column.lower() in taken:
            column = f"feature_{column}"
        taken.add(column.lower())
        found.append(column)
    return found
