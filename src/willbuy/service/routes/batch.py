"""`POST /predict/batch`: many records in, a score or an error for each out, in their order.

Records are taken apart before any is parsed, worked on in slices, and between two slices whoever else waits has the turn:
however large a batch is, nobody waits for all of it.
"""

import asyncio
from collections.abc import Callable, Iterator
from time import perf_counter
from typing import TYPE_CHECKING, Any

import msgspec
import numpy as np

from willbuy.service.answers import prediction, said
from willbuy.service.bodies import MOST_RECORDS
from willbuy.service.fields import Record
from willbuy.service.logged import Logged
from willbuy.service.models import Current
from willbuy.service.routes.predict import QUERY
from willbuy.service.wire.asking import answer, body_of, query_of, refuse
from willbuy.service.wire.errors import Refusal
from willbuy.service.wire.splitting import split, start_of_list

if TYPE_CHECKING:
    from starlette.types import Receive, Scope, Send

PATH, LIST = "/predict/batch", "customers"
LONGEST_RECORD = 256 << 10
SLICE, SLICE_BYTES = 64, 256 << 10
_encode = msgspec.json.Encoder().encode


class Batch:
    """Answers about many records."""

    def __init__(self, current: Callable[[], Current], logged: Logged) -> None:
        self._current, self._log = current, logged.put

    async def __call__(self, scope: "Scope", receive: "Receive", send: "Send") -> None:
        """Take apart, then slice by slice read, score and log; answer at the end."""
        begun = perf_counter()
        try:
            reasons = query_of(scope, QUERY).get("reasons")
            body = await body_of(receive)
            current = self._current()
            slices = []
            for part in _slices(body):
                slices.append(part)
                await asyncio.sleep(0)
            answers = []
            for (
                part
            ) in slices:  # only now: a list that is broken at its end is refused whole, with nothing logged
                answers.append(self._score(current, part, reasons))
                await asyncio.sleep(0)
        except Refusal as refusal:
            await refuse(send, refusal)
            return
        total = sum(map(len, slices))
        seconds = round(perf_counter() - begun, 6)
        head = b'{"predictions":['
        tail = b'],"total_customers":%d,"processing_time_seconds":%s}' % (total, _encode(seconds))
        await answer(send, head + b",".join(answers) + tail)

    def _score(self, current: Current, records: list[bytes], reasons: int | None) -> bytes:
        """The answers of a slice, as JSON with commas between. Records are scored together: the same bits as one by one."""
        read = [_read(current, record) for record in records]
        good = [(one, sent) for one, sent in zip(read, records, strict=True) if isinstance(one, Record)]
        answers = iter(self._answers(current, good, reasons))
        said_of_each = [next(answers) if isinstance(one, Record) else {"error": one.error} for one in read]
        return _encode(said_of_each)[1:-1]

    def _answers(
        self, current: Current, good: list[tuple[Record, bytes]], reasons: int | None
    ) -> Iterator[dict[str, Any]]:
        if not good:
            return
        serving, bundle = current.serving, current.serving.bundle
        rows = np.stack([record.row for record, _ in good])
        log_odds = bundle.log_odds(rows)
        probability = bundle.calibrator.probability(log_odds)
        why = bundle.reasons(rows, reasons) if reasons is not None else None
        for place, ((record, sent), odds, chance) in enumerate(
            zip(good, log_odds.tolist(), probability.tolist(), strict=True)
        ):
            found = prediction(serving, record.id_name, record.id, chance)
            if why is not None:
                found["reasons"] = said(why[place])
            self._log(serving, PATH, record.id, record.row, odds, chance, sent)
            yield found


def _slices(body: bytes) -> Iterator[list[bytes]]:
    """The records' bytes, some at a time. Raises Refusal where the body is not `{"customers": [...]}`."""
    start = start_of_list(body, LIST)
    if start is None:
        raise Refusal(422, "missing_field", 'expected {"customers": [...]} and nothing besides', field=LIST)
    part: list[bytes] = []
    size = 0
    for record in split(body, start, MOST_RECORDS, LONGEST_RECORD, b"}"):
        part.append(record)
        size += len(record)
        if len(part) >= SLICE or size >= SLICE_BYTES:
            yield part
            part, size = [], 0
    if part:
        yield part


def _read(current: Current, record: bytes) -> Record | Refusal:
    try:
        read = current.fields.read_body(record)
        current.fields.check_range(read.row)
        return read
    except Refusal as refusal:
        return refusal
