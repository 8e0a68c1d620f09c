"""Feature rows of a Parquet file, a chunk at a time; whatever does not fit is named by row, column and value."""

from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path

import duckdb
import numpy as np

from willbuy.errors import InputError
from willbuy.models.rows import LARGEST
from willbuy.scoring.chunk import CHUNK, Chunk
from willbuy.scoring.output import in_chunks
from willbuy.warehouse.duckdb import DuckDBWarehouse

_NUMBERS = ("TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT", "FLOAT", "DOUBLE", "DECIMAL", "BOOLEAN")


class ParquetRows:
    """A Parquet file with numbers in the columns of the model's features; whatever else it carries keeps its type."""

    def __init__(self, path: Path, features: Sequence[str], warehouse: DuckDBWarehouse) -> None:
        self.path = path
        self._warehouse = warehouse
        self._source = warehouse.parquet([path])
        self._wanted = tuple(features)
        types = self._types()
        self.features = [name for name in types if name in features]
        self.extras = [name for name in types if name not in features]
        self.passed_on = [f"f.{warehouse.dialect.identifier(name)}" for name in self.extras]
        for name in self.features:
            if not types[name].removeprefix("U").startswith(_NUMBERS):
                raise InputError(f"{path.name}: the column {name} holds {types[name]}; expected numbers")

    def beside(self, scores: str) -> str:
        """The file's own rows, and the scores beside them: both are in the file's order."""
        return f"{self._source} f POSITIONAL JOIN {scores}"

    def chunks(self) -> Iterator[Chunk]:
        """The rows in order."""
        import pandas as pd

        identifier = self._warehouse.dialect.identifier
        names = ", ".join(
            f"CAST({identifier(name)} AS DOUBLE) AS {identifier(name)}" for name in self._wanted
        )
        done = 0
        with closing(self._warehouse.beside()) as reader:
            try:
                for frame in in_chunks(reader, f"SELECT {names} FROM {self._source}", CHUNK):
                    rows = np.column_stack(
                        [frame[name].to_numpy(dtype=np.float64, na_value=np.nan) for name in self._wanted]
                    )
                    beyond = np.argwhere(~(np.isnan(rows) | (np.abs(rows) <= LARGEST)))
                    for row, place in beyond[:1]:
                        raise InputError(
                            f"{self.path.name}, row {done + row + 1}: found {rows[row, place]} in {self._wanted[place]}; "
                            "expected |x| < 3.4e38, or null. Nothing was written"
                        )
                    done += len(rows)
                    yield Chunk(rows, pd.DataFrame(index=range(len(rows))))
            except duckdb.Error as error:
                raise self._unreadable(error) from error

    def _types(self) -> dict[str, str]:
        try:
            rows = self._warehouse.rows(f"DESCRIBE SELECT * FROM {self._source}")
        except duckdb.Error as error:
            raise self._unreadable(error) from error
        return {name: kind for name, kind, *_ in rows}

    def _unreadable(self, error: duckdb.Error) -> InputError:
        said = str(error).splitlines()[0].replace(str(self.path), self.path.name)
        return InputError(f"{self.path.name} cannot be read as Parquet: {said[:200]}. Nothing was written")
