"""The proof of a log's model: batch rows and live values for the same entities at the same moments, compared."""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from willbuy.errors import NotEnoughData
from willbuy.features.catalogue import load_python
from willbuy.features.feature_set import FeatureSet
from willbuy.features.log import LogSummary, summarise
from willbuy.parity.asked import last_events, pairs_around
from willbuy.parity.comparison import Comparison
from willbuy.parity.proof import Proof
from willbuy.parity.table import prove_table
from willbuy.runs import complete_run, read_result
from willbuy.scoring.feature_rows import bundle_of_run
from willbuy.shop import Shop, TableShop
from willbuy.snapshots.grid import grid, waiting
from willbuy.snapshots.tally import Tally
from willbuy.warehouse import open_warehouse

if TYPE_CHECKING:
    pass

N = 10_000
"""Entity-moments that are compared at least, where the log holds as many."""

SLICE = 10_000  # pairs in flight at once
ANCHORS = 3  # of a grid, the latest

Progress = Callable[[int, int | None, str], None]


def prove(
    shop: Shop | TableShop,
    run: str | None = None,
    n: int = N,
    progress: Progress = lambda done, total, stage: None,
) -> Proof:
    """Compare live and batch features of a complete run's bundle, the newest by default, and write `parity.json` beside it.

    At least `n` pairs of an entity and a moment around the last events of the log, where it holds as many; of a horizon
    task also these entities at the last anchors of the grid. Of a table the first `n` rows, see `prove_table`. Raises WillbuyError where there is no run or no log.
    """
    if not isinstance(shop, Shop):
        return prove_table(shop, run, n, progress)
    load_python(shop)  # classes of the shop's own join the algebra
    folder = complete_run(shop.home, run)
    bundle = bundle_of_run(shop, folder.name)
    features = FeatureSet.from_spec(bundle.manifest["features_spec"])
    fit = _newest_fit(read_result(folder))
    with open_warehouse(shop) as warehouse:
        log = summarise(warehouse)
        anchors = anchors_of(shop, log)
        comparison = Comparison(warehouse, shop, features, log, anchors, fit, bundle.feature_names)
        tally, entities, moment = compare(comparison, n, progress)
        state = hashlib.sha256(warehouse.state.encode()).hexdigest()
    proof = Proof.of(tally, folder.name, bundle.id, entities, state, moment)
    proof.write(folder)
    return proof


def compare(
    comparison: Comparison, n: int, progress: Progress = lambda done, total, stage: None
) -> tuple[Tally, int, datetime | None]:
    """The tally, the entities and the latest moment of a comparison of at least `n` pairs."""
    seen = last_events(comparison.warehouse, n)
    pairs = pairs_around(seen, comparison.features, n)
    tally, entities, done = Tally(), 0, 0
    with comparison.standing(pairs):
        for some in _slices(pairs):
            entities += comparison.of(some, tally)
            done += len(some)
            progress(done, len(pairs), "parity")
    return tally, entities, max((moment for _, moment in pairs), default=None)


def anchors_of(shop: Shop, log: LogSummary) -> list[datetime]:
    """The last anchors of a horizon task's grid, those that wait for their labels included; none of a session task."""
    if shop.target.within == "session":
        return []
    try:
        matured = grid(shop, log.first, log.last, log.lag)
    except NotEnoughData:
        return []
    return [*matured[-ANCHORS:], *waiting(shop, matured[-1], log.end)][-2 * ANCHORS :]


def _slices(pairs: Sequence[tuple[int, datetime]]) -> list[Sequence[tuple[int, datetime]]]:
    """The pairs in slices of bounded size, an entity in one of them."""
    found, start = [], 0
    while start < len(pairs):
        end = min(start + SLICE, len(pairs))
        while end < len(pairs) and pairs[end][0] == pairs[end - 1][0]:
            end += 1
        found.append(pairs[start:end])
        start = end
    return found


def _newest_fit(result: Mapping[str, Any]) -> Mapping[str, float] | None:
    """The parameters that were fitted at the newest anchor of a training; None where none were."""
    fits = result.get("bgnbd") or {}
    newest = fits[max(fits)] if fits else None
    return newest if isinstance(newest, Mapping) else None
