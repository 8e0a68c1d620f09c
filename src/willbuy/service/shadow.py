"""A second model beside the champion: it scores the same requests, and its answers are only logged.

Nothing of it stands in the way of an answer. What the champion answered waits in a bounded queue, a thread scores it by the
shadow and puts both into the prediction log.
"""

import threading
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

import numpy as np

from willbuy.errors import WillbuyError
from willbuy.models.rows import Floats
from willbuy.service.wire.errors import Refusal
from willbuy.store.predictions import Answer, PredictionLog

if TYPE_CHECKING:
    from willbuy.service.serving import Serving

QUEUE = 10_000  # answers
SLICE = 16  # rows scored at once: a millisecond or two, for which requests may wait
INTERVAL_SECONDS = 0.05
Again = Callable[["Serving"], Sequence[float] | Floats]
"""Makes the row of another model, in the order of its `names`, from what the request carried. Raises WillbuyError or
Refusal where that lacks something."""


class HasShadow(Protocol):
    """What a shadow is read from, as from the holder: None where nothing is in shadow."""

    @property
    def shadow(self) -> "Serving | None": ...


class _Waiting(NamedTuple):
    answer: Answer
    champion: "Serving"
    row: Floats
    again: Again | None


class Shadow:
    """Scores what was answered by the model in shadow, if there is one, and logs both.

    `scored` counts the answers that the shadow scored, `missing` those for which the request did not carry what it reads,
    `faults` those on which it failed, `dropped` those that its queue had no room for. All of them are logged, with the
    champion's answer.
    """

    def __init__(
        self, holder: HasShadow, log: PredictionLog, most: int = QUEUE, interval: float = INTERVAL_SECONDS
    ) -> None:
        self.scored = self.missing = self.faults = self.dropped = 0
        self._holder, self._log, self._most, self._interval = holder, log, most, interval
        self._queue: deque[_Waiting] = deque()
        self._working = threading.Lock()
        self._starting = threading.Lock()
        self._thread: threading.Thread | None = None
        self._closing = threading.Event()
        log.fed_by(self.drain)

    def put(self, answer: Answer, champion: "Serving", row: Floats, again: Again | None = None) -> None:
        """Log the champion's answer, once the shadow has scored what it was made of. Never waits.

        `row` (n_features,) is what the champion read. A shadow that reads others asks `again`.
        """
        if self._holder.shadow is None:
            self._log.put(answer)
        elif len(self._queue) < self._most and not self._closing.is_set():
            self._queue.append(_Waiting(answer, champion, row, again))
            if self._thread is None:
                self._start()
        else:
            self.dropped += 1
            self._log.put(answer)

    def drain(self) -> None:
        """Score and log everything that waits, here and now."""
        with self._working:
            while self._queue:
                self._work([self._queue.popleft() for _ in range(min(SLICE, len(self._queue)))])

    def close(self) -> None:
        """End the thread; what waits is scored and logged."""
        self._closing.set()
        if self._thread is not None:
            self._thread.join()
        self.drain()

    def _start(self) -> None:
        with self._starting:
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="shadow", daemon=True)
                self._thread.start()

    def _run(self) -> None:
        while not self._closing.wait(self._interval):
            self.drain()

    def _work(self, waiting: Sequence[_Waiting]) -> None:
        shadow = self._holder.shadow
        scores: dict[int, float] = {}
        if shadow is not None:
            rows = dict(self._rows(shadow, waiting))
            scores = self._score(shadow, rows)
        for number, one in enumerate(waiting):
            answer = one.answer
            if shadow is not None and number in scores:
                answer = answer._replace(shadow_version=shadow.version, shadow_probability=scores[number])
            self._log.put(answer)

    def _rows(self, shadow: "Serving", waiting: Sequence[_Waiting]) -> Iterator[tuple[int, Floats]]:
        """The shadow's row of each that has one."""
        for number, one in enumerate(waiting):
            try:
                row = _row_for(shadow, one)
            except (WillbuyError, Refusal):
                row = None
            except Exception:  # whatever the shadow breaks, the champion's answer is logged
                self.faults += 1
                continue
            if row is None:
                self.missing += 1
            else:
                yield number, row

    def _score(self, shadow: "Serving", rows: dict[int, Floats]) -> dict[int, float]:
        if not rows:
            return {}
        try:
            log_odds = shadow.bundle.log_odds(np.stack(list(rows.values())))
            found = shadow.bundle.calibrator.probability(log_odds).tolist()
        except Exception:
            self.faults += len(rows)
            return {}
        self.scored += len(rows)
        return dict(zip(rows, found, strict=True))


def _row_for(shadow: "Serving", one: _Waiting) -> Floats | None:
    """The champion's row where the shadow reads the same, or some of it; else made again; None where it cannot be."""
    champion = one.champion
    if shadow.names == champion.names and _columns(shadow) == _columns(champion):
        return one.row
    places = {name: place for place, name in enumerate(champion.names)}
    if _columns(shadow) is None and places.keys() >= set(shadow.names):
        return one.row[[places[name] for name in shadow.names]]
    return None if one.again is None else np.asarray(one.again(shadow), dtype=np.float64)


def _columns(serving: "Serving") -> Any:
    """The columns of a table's model: a category's code is its place among those that this very model knew."""
    return serving.bundle.manifest.get("columns")
