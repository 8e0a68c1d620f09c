"""What each idea of a log's page is made from: the shop, the log's summary, and the tallies."""

from collections.abc import Mapping
from dataclasses import dataclass

from willbuy.explore.log.gather import Tallied
from willbuy.features.local_time import LocalTime
from willbuy.features.log import LogSummary
from willbuy.shop import Shop


@dataclass(frozen=True)
class LogView:
    """A log whose tallies are there."""

    shop: Shop
    log: LogSummary
    clock: LocalTime
    tallies: Mapping[str, Tallied]

    @property
    def goal(self) -> str:
        """The kind of event that the shop predicts: what counts as buying on this page."""
        return self.shop.target.kind

    @property
    def span_days(self) -> float:
        """Days from the first event to the last."""
        return (self.log.last - self.log.first).total_seconds() / 86_400

    def total(self, name: str) -> list[int]:
        """The sums of a tally without a key."""
        return self.tallies[name].get((), [0])
