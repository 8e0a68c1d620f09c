"""What every step of an ingest on Spark needs at hand: a workbench, with a Spark whose workers read and merge."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, TypeVar
from uuid import uuid4

from willbuy.events.spark.accounts import Hands
from willbuy.events.workbench import Workbench
from willbuy.warehouse.ledger import Ledger
from willbuy.warehouse.spark.faults import spark_faults

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

Task = TypeVar("Task")
Result = TypeVar("Result")

_LOOK = 0.5  # seconds between two looks at how far the workers are


@dataclass(kw_only=True)
class SparkBench(Workbench):
    """One ingest's tools on Spark: the ledger and a DuckDB here, for what is small, and a session for the rest."""

    ledger: Ledger
    session: "SparkSession"

    @property
    def hands(self) -> Hands:
        """What goes out with every task."""
        return Hands(self.layout, self.source, self.settings, self.memory, self.guard)

    def on_workers(
        self,
        doing: str,
        work: Callable[[Hands, Task], Result],
        tasks: Sequence[Task],
        look: Callable[[], None] = lambda: None,
    ) -> list[Result]:
        """Run `work` for each task on Spark's workers, a task each, and return the results in order.

        `look` is called now and then while they work.
        """
        if not tasks:
            return []
        context, group = self.session.sparkContext, f"willbuy-{uuid4().hex}"

        def run() -> list[Result]:
            context.setJobGroup(group, doing)
            return context.parallelize(tasks, len(tasks)).map(partial(work, self.hands)).collect()

        with spark_faults(doing), ThreadPoolExecutor(1) as waiting:
            found = waiting.submit(run)
            try:
                while not wait([found], _LOOK).done:
                    look()
            except BaseException:
                context.cancelJobGroup(group)  # else an interrupted command would wait for the workers
                raise
            return found.result()
