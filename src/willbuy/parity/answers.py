"""The answers that can be computed again: features of a visitor's own events, by a bundle that is still there."""

from collections import deque
from dataclasses import dataclass
from pathlib import Path

from willbuy.runs import RESULT, read_result, run_entries
from willbuy.shop.common import Common
from willbuy.store.opening import open_answers
from willbuy.store.predictions import Answer


@dataclass(frozen=True)
class Answers:
    """The newest answers by run; `others` are those of versions that no complete run has."""

    of_run: dict[str, list[Answer]]
    others: int

    @property
    def number(self) -> int:
        """How many can be computed again."""
        return sum(len(answers) for answers in self.of_run.values())


def newest_answers(shop: Common, n: int) -> Answers:
    """The newest `n` logged answers whose features the service computed from events. Raises WillbuyError without a log."""
    runs = bundles(shop.home)
    newest: deque[Answer] = deque(maxlen=n)
    others = 0
    for answer in open_answers(shop).read():
        if answer.as_of is None or answer.entity is None:
            continue
        if answer.version in runs:
            newest.append(answer)
        else:
            others += 1
    found: dict[str, list[Answer]] = {}
    for answer in newest:
        found.setdefault(runs[answer.version], []).append(answer)
    return Answers(found, others)


def bundles(home: Path) -> dict[str, str]:
    """The run of each bundle, by the bundle's id."""
    names, _ = run_entries(home)
    complete = (name for name in names if (home / "runs" / name / RESULT).is_file())
    return {str(read_result(home / "runs" / name)["bundle"]): name for name in complete}
