"""The proof of a table's model: records one by one, as a service reads them, against the rows of the file's reader."""

import hashlib
import json
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from willbuy.events.files import files_named
from willbuy.models.prepare import Column, RecordReader
from willbuy.models.prepare.spellings import flag_of, is_null
from willbuy.parity.proof import Proof
from willbuy.runs import complete_run
from willbuy.scoring.feature_rows import bundle_of_run
from willbuy.scoring.table_file import columns_of
from willbuy.shop import TableShop
from willbuy.snapshots.tally import Tally
from willbuy.tables.coded import coded
from willbuy.tables.refused import Refused
from willbuy.tables.texts import Texts

Progress = Callable[[int, int | None, str], None]


def prove_table(shop: TableShop, run: str | None, n: int, progress: Progress) -> Proof:
    """Compare the first `n` rows of the shop's files, as the file's reader codes them, with the same rows as JSON records.

    Rows that the file's reader refuses are left out. Writes `parity.json` beside the bundle.
    """
    folder = complete_run(shop.home, run)
    bundle = bundle_of_run(shop, folder.name)
    columns = columns_of(bundle)
    texts = _texts(shop, columns, n)
    decimal, refused = shop.table.decimal or ".", Refused(len(texts))
    by_column = [list(column) for column in zip(*texts, strict=True)] or [[] for _ in columns]
    of_file = np.column_stack(
        [coded(c, found, decimal, refused) for c, found in zip(columns, by_column, strict=True)]
    )
    reader, tally, kept = RecordReader(columns, typed=True), Tally(), np.flatnonzero(refused.kept).tolist()
    for done, place in enumerate(kept, 1):
        record = {c.name: as_json(c, text, decimal) for c, text in zip(columns, texts[place], strict=True)}
        row = reader.row(json.loads(json.dumps(record)))[0].tolist()
        tally.checked += 1
        for column, batch, live in zip(columns, of_file[place].tolist(), row, strict=True):
            tally.compare(f"row {place + 1}", None, column.name, batch, live)
        if done % 1000 == 0:
            progress(done, len(kept), "parity")
    state = hashlib.sha256(json.dumps(texts).encode()).hexdigest()
    proof = Proof.of(tally, folder.name, bundle.id, 0, state, None, "rows")
    proof.write(folder)
    return proof


def as_json(column: Column, text: str | None, decimal: str) -> Any:
    """What a client sends for a text of the file: a number, true or false, a text, or null.

    >>> as_json(Column("price", "number"), "1,5", ","), as_json(Column("member", "flag"), "Yes", ".")
    (1.5, True)
    >>> as_json(Column("month", "category", ("Feb", "NA")), "NA", "."), as_json(Column("x", "category"), "NA", ".")
    ('NA', None)
    """
    if text is None or (is_null(text) and text not in column.every_value):
        return None
    if column.role == "category":
        return text
    if column.role == "flag":
        return bool(flag_of(text))
    return float(text.replace(",", ".") if decimal == "," else text)


def _texts(shop: TableShop, columns: Sequence[Column], n: int) -> list[tuple[str | None, ...]]:
    """The first `n` sound rows of the shop's files, the texts of these columns."""
    with Texts(shop.table, shop.storage.memory, shop.storage.threads) as texts:
        paths = files_named(list(shop.table.files), shop.folder, "table.files")
        texts.read(paths, [column.name for column in columns])
        listed = ", ".join(f"c{texts.names.index(column.name)}" for column in columns)
        return texts.warehouse.rows(f"SELECT {listed} FROM texts WHERE fault IS NULL LIMIT ?", [n])
