"""`POST /predict`: one record in, its score out. The hot path: no framework between the bytes and the model."""

from collections.abc import Callable
from typing import TYPE_CHECKING

import msgspec

from willbuy.errors import InputError
from willbuy.service.answers import MOST_REASONS, prediction, said
from willbuy.service.logged import Logged
from willbuy.service.models import Current
from willbuy.service.together import Together
from willbuy.service.wire.asking import answer, body_of, query_of, refuse, whole
from willbuy.service.wire.errors import Refusal

if TYPE_CHECKING:
    from starlette.types import Receive, Scope, Send

    from willbuy.models.rows import Floats

PATH = "/predict"
QUERY = {"reasons": whole(0, MOST_REASONS)}
_encode = msgspec.json.Encoder().encode


class Predict:
    """Answers about one record."""

    def __init__(self, current: Callable[[], Current], logged: Logged) -> None:
        self._current, self._log = current, logged.put
        self._score = Together().score

    async def __call__(self, scope: "Scope", receive: "Receive", send: "Send") -> None:
        """Read, score, log, answer."""
        try:
            body = await self._answer(await body_of(receive), query_of(scope, QUERY).get("reasons"))
        except Refusal as refusal:
            await refuse(send, refusal)
        else:
            await answer(send, body)

    async def _answer(self, body: bytes, reasons: int | None) -> bytes:
        current = self._current()
        serving = current.serving
        id_name, found_id, row, in_range = current.fields.read_body(body)
        if in_range:
            log_odds, probability = await self._score(serving.one, row)
        else:
            log_odds, probability = self._checked(current, row)
        found = prediction(serving, id_name, found_id, probability)
        if reasons is not None:
            found["reasons"] = said(serving.reasons(row, reasons))
        self._log(serving, PATH, found_id, row, log_odds, probability, body)
        return _encode(found)

    @staticmethod
    def _checked(current: Current, row: "Floats") -> tuple[float, float]:
        try:
            return current.serving.one(row)
        except InputError:
            current.fields.check_range(row)
            raise
