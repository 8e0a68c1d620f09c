"""What an erasure took away, in numbers: it names nobody."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True)
class Erased:
    """Rows that are gone, by where they were.

    `events` of silver, `raw` lines of bronze (refused ones and duplicates too), `snapshots` and `predictions` of runs,
    `answers` of the prediction log; `live` says whether the service's store was done, `seconds` how long it took.
    """

    events: int = 0
    raw: int = 0
    snapshots: int = 0
    predictions: int = 0
    answers: int = 0
    live: bool = True
    seconds: float = 0.0

    @property
    def rows(self) -> int:
        """Rows of all places."""
        return self.events + self.raw + self.snapshots + self.predictions + self.answers

    def to_json(self) -> Mapping[str, Any]:
        """The object that `willbuy erase --json` prints."""
        return {**asdict(self), "seconds": round(self.seconds, 3)}

    def sentence(self) -> str:
        """The same in words.

        >>> Erased(events=3, raw=4, answers=1, seconds=0.25).sentence()
        'Erased 3 events (4 lines of the log), 0 rows of runs, 1 logged answer, in 0.2 s. Later events are dropped.'
        >>> Erased().sentence()[:52]
        'Nothing of this id was found in the log, in runs or '
        """
        if not self.rows:
            return (
                "Nothing of this id was found in the log, in runs or among answers: check how it is written. It is on the list of "
                "erased ones all the same: later events of it are dropped."
            )
        runs = self.snapshots + self.predictions
        return (
            f"Erased {_count(self.events, 'event')} ({_count(self.raw, 'line')} of the log), {_count(runs, 'row')} of runs, "
            f"{_count(self.answers, 'logged answer')}, in {self.seconds:.1f} s. Later events are dropped."
        )


def _count(n: int, what: str) -> str:
    return f"{n:,} {what}" + "s" * (n != 1)
