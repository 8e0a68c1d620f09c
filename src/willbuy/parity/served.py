"""What was served, computed again from the log: every logged vector by the events that had been received by then (B6)."""

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import numpy as np

from willbuy.errors import NotEnoughData, WillbuyError
from willbuy.features.catalogue import load_python
from willbuy.features.feature_set import FeatureSet
from willbuy.features.live import Evaluator, Timeline
from willbuy.features.log import summarise
from willbuy.parity.answers import newest_answers
from willbuy.parity.differences import Difference, Served, compared
from willbuy.parity.entities import entities_table, keys_of, timelines
from willbuy.parity.known_facts import FactsAt, KnownFacts
from willbuy.scoring.feature_rows import bundle_of_run
from willbuy.shop import Shop, TableShop
from willbuy.snapshots.pairs import PairRows
from willbuy.snapshots.sameness import is_close
from willbuy.store.predictions import Answer
from willbuy.warehouse import open_warehouse

if TYPE_CHECKING:
    from willbuy.warehouse.engine import Warehouse

N = 10_000
ON_THE_WAY = timedelta(seconds=10)
"""An event is received, then synced, and only then counts: an answer of the moments between could not know it."""

Progress = Callable[[int, int | None, str], None]


def prove_served(
    shop: Shop | TableShop, n: int = N, progress: Progress = lambda done, total, stage: None
) -> Served:
    """Compute the newest `n` logged vectors again, in batch, from the log as it stands: ingest what came live before.

    The columns of BG/NBD are left out: the log of answers does not hold the parameters of their moment. Raises
    NotEnoughData where no visitor was scored yet, WillbuyError of a table, whose vectors come with the request.
    """
    if not isinstance(shop, Shop):
        raise WillbuyError(
            "a table's service reads records as they are sent: there is nothing to compute again"
        )
    load_python(shop)
    answers = newest_answers(shop, n)
    if not answers.number:
        raise NotEnoughData(
            "no visitor was scored by a run that is still here: there is nothing to compute again. Ask the service for "
            "/visitors/{id}/score first"
        )
    served, done = Served(others=answers.others), 0
    with open_warehouse(shop) as warehouse:
        for run, some in answers.of_run.items():
            bundle = bundle_of_run(shop, run)
            features = FeatureSet.from_spec(bundle.manifest["features_spec"])
            _OfRun(warehouse, features, bundle.feature_names, served).compare(some)
            done += len(some)
            progress(done, answers.number, "served")
    return served


class _OfRun:
    """The answers of one run."""

    def __init__(
        self, warehouse: "Warehouse", features: FeatureSet, names: Sequence[str], served: Served
    ) -> None:
        self.warehouse, self.features, self.served = warehouse, features, served
        self.columns = [
            (place, name, names.index(name), is_close(feature))
            for place, (name, feature) in enumerate(zip(features.names, features, strict=True))
            if name in names
        ]

    def compare(self, answers: Sequence[Answer]) -> None:
        keys = keys_of(self.warehouse, {str(answer.entity) for answer in answers})
        asked = [
            (keys[answer.entity], answer.as_of, answer)
            for answer in answers
            if answer.entity in keys and answer.as_of is not None
        ]
        self.served.answers += len(answers)
        self.served.unknown += len(answers) - len(asked)
        if not asked:
            return
        pairs = sorted({(key, moment) for key, moment, _ in asked})
        moments = [moment for _, moment in pairs]
        log = summarise(self.warehouse)
        rows = PairRows(self.warehouse, self.features, log, min(moments), max([*moments, log.end]))
        with rows.item_facts():
            found = dict(zip(pairs, rows.at_moments(pairs), strict=True))
        doubtful = []
        for key, moment, answer in asked:
            self.served.values += len(self.columns)
            if differences := self._differences(answer, moment, found[key, moment]):
                doubtful.append((key, moment, answer, differences))
        self._explain(doubtful)

    def _differences(self, answer: Answer, moment: datetime, row: Sequence[Any]) -> list[Difference]:
        vector = np.frombuffer(answer.features, dtype=np.float64).tolist()
        found = []
        for place, name, column, close in self.columns:
            kind = compared(vector[column], row[place], close)
            if kind is not None:
                one = Difference(kind, str(answer.entity), moment, name, vector[column], row[place])
                found.append(one)
        return found

    def _explain(self, doubtful: Sequence[tuple[int, datetime, Answer, list[Difference]]]) -> None:
        """Count what differs, but for answers that are right without the events that were on their way."""
        if not doubtful:
            return
        evaluator = Evaluator(self.features)
        with entities_table(self.warehouse, {key for key, *_ in doubtful}) as table:
            facts = KnownFacts(self.warehouse, self.features, table)
            known = {key: timeline for key, _, timeline in timelines(self.warehouse, table)}
        for key, moment, answer, differences in doubtful:
            rows = self._without(evaluator, known[key], moment, facts.at(moment))
            waited = next((since for since, row in rows if not self._differences(answer, moment, row)), None)
            if waited is None:
                self.served.add(differences)
            else:
                self.served.on_the_way += 1
                self.served.longest = max(self.served.longest, waited)

    def _without(
        self, evaluator: Evaluator, timeline: Timeline, moment: datetime, facts: FactsAt
    ) -> Iterator[tuple[float, Sequence[Any]]]:
        """The features without the last, the last two ... events that were received right before the moment; seconds since."""
        events = timeline.events
        late = sorted(
            {
                event.received
                for event in events
                if event.received and moment - ON_THE_WAY <= event.received <= moment
            }
        )
        for received in reversed(late):
            before = Timeline(one for one in events if one.received is None or one.received < received)
            yield (moment - received).total_seconds(), evaluator.exact(before, moment, facts)
