"""Blocks spilled to disk as they come, then merged by time into one file: memory stays bounded."""

from pathlib import Path

import duckdb
import numpy as np
import pandas as pd

from willbuy.events.simulation.expand import NAMES, TRANSACTION, Events
from willbuy.warehouse.duckdb import DuckDBDialect

_COMPRESSION = {".csv": "none", ".gz": "gzip", ".zst": "zstd"}
_text = DuckDBDialect().text


class Runs:
    """The runs of one log in the folder `room`; `start` is the log's first millisecond since 1970, `length` its span."""

    def __init__(self, room: Path, start: int, length: int, memory: str = "1GB") -> None:
        self._room, self._start, self._length = room, start, length
        self.rows = self.buyers = self.truths = 0
        self.kinds = np.zeros(len(NAMES), np.int64)
        self.first, self.last = length, 0
        self._connection = duckdb.connect()
        self._connection.execute(f"SET memory_limit = {_text(memory)}")
        self._connection.execute("SET enable_progress_bar = false")  # it would print to standard output
        self._connection.execute(f"SET temp_directory = {_text(str(room))}")

    def add(self, events: Events) -> None:
        """Spill a block's events, without those outside the span, and count them."""
        inside = (events.at >= 0) & (events.at < self._length)
        if not inside.any():
            return
        at, event = events.at[inside], events.event[inside]
        columns = {"moment": at, "event": event.astype(np.int8), "visitor": events.visitor[inside]}
        columns |= {
            "place": events.order[inside],
            "item": events.item[inside],
            "receipt": events.transaction[inside],
        }
        self.rows += len(at)
        self.kinds += np.bincount(event, minlength=len(NAMES))
        self.buyers += len(np.unique(events.visitor[inside][event == TRANSACTION]))
        self.first, self.last = min(self.first, int(at.min())), max(self.last, int(at.max()))
        self._spill("run", pd.DataFrame(columns))

    def add_truth(self, anchor: int, visitor: np.ndarray, probability: np.ndarray) -> None:
        """Spill the truth of some visitors at one anchor (milliseconds since the start)."""
        self.truths += len(visitor)
        self._spill("truth", pd.DataFrame({"moment": anchor, "visitor": visitor, "probability": probability}))

    def merge(self, path: Path) -> None:
        """Write the log, by time; rows of one moment by visitor, then in the visitor's own order."""
        names = " ".join(f"WHEN {code} THEN {_text(name)}" for code, name in enumerate(NAMES))
        self._copy(
            f'SELECT moment + {self._start} AS "timestamp", visitor AS visitorid, CASE event {names} END AS event, '
            "item AS itemid, CASE WHEN receipt >= 0 THEN receipt END AS transactionid "
            f"FROM {self._all('run')} ORDER BY moment, visitor, place",
            path,
            f"FORMAT csv, HEADER, COMPRESSION {_COMPRESSION[path.suffix]}",
        )

    def merge_truth(self, path: Path) -> None:
        """Write the truth, by anchor, then by visitor."""
        form = "FORMAT csv, HEADER" if path.suffix == ".csv" else "FORMAT parquet, COMPRESSION zstd"
        self._copy(
            f"SELECT visitor AS visitorid, make_timestamp_ms(moment + {self._start}) AS anchor, probability "
            f"FROM {self._all('truth')} ORDER BY moment, visitor",
            path,
            form,
        )

    def close(self) -> None:
        """Let go of the engine; the folder is the caller's."""
        self._connection.close()

    def _all(self, kind: str) -> str:
        return f"read_parquet({_text(str(self._room / (kind + '-*.parquet')))})"

    def _spill(self, kind: str, frame: pd.DataFrame) -> None:
        number = len(list(self._room.glob(f"{kind}-*.parquet")))
        self._connection.register("block", frame)
        self._copy(
            "SELECT * FROM block",
            self._room / f"{kind}-{number:06d}.parquet",
            "FORMAT parquet, COMPRESSION lz4",
        )
        self._connection.unregister("block")

    def _copy(self, query: str, path: Path, form: str) -> None:
        self._connection.execute(f"COPY ({query}) TO {_text(str(path))} ({form})")
