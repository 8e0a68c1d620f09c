"""In what turns several processes of pytest take the tests: which ones one process runs, and which begin first.

A file's tests stay together, as they share what the file has made. All that ask for a Spark stay together, as it takes seconds
to start and gigabytes to hold; the pages of the docs share nothing, so each is on its own. What takes longest begins first:
the last file to be taken decides how long a process waits for the other.
"""

from typing import Any

from xdist.scheduler import LoadScopeScheduling

SPARK = "spark"
PAGE = "tests/test_docs.py::test_every_example_prints_what_the_page_shows"
SAME_SHOP = ("README.md", "tutorial.md")
"""Pages that train the same shop, once for both."""
LONGEST = (
    SPARK,
    "tests/test_pipeline.py",
    "tests/service/test_workers.py",
    "tests/warehouse/postgres/test_training.py",
    "tests/events/test_corpus.py",
    "tests/service/test_database_killed.py",
    "tests/events/test_hash_ids.py",
    "tests/events/test_live_ingest.py",
    "tests/events/test_duplicates.py",
    "tests/snapshots/test_session.py",
    "tests/engines/test_time_zones.py",
    "tests/engines/test_same_numbers.py",
    "tests/events/test_killed.py",
    "tests/service/test_server.py",
    "tests/service/test_hot_swap.py",
    "tests/events/spark/test_span_task.py",
    "tests/pipeline/test_folds.py",
    "tests/service/test_contract.py",
    "tests/doctor/test_schema_drift.py",
    "tests/service/wire/test_protocol.py",
)
"""Files whose tests take more than a quarter of a minute together, the longest first; the pages of the docs come before them
all. Found with `pytest --durations=0`."""


def turn_of(test: str) -> str:
    """Which tests a test stays with, by the name of one of them.

    >>> turn_of("tests/test_audit.py::test_one"), turn_of("tests/snapshots/test_on_spark.py::test_one[2d]")
    ('tests/test_audit.py', 'spark')
    >>> turn_of(f"{PAGE}[doctor.md]") == f"{PAGE}[doctor.md]", turn_of("src/willbuy/errors.py::willbuy.errors.first")
    (True, 'src/willbuy/errors.py')
    >>> turn_of(f"{PAGE}[README.md]") == turn_of(f"{PAGE}[tutorial.md]")
    True
    """
    file = test.partition("::")[0]
    if test.startswith(PAGE):
        return f"{PAGE}[{SAME_SHOP[0]}]" if any(f"[{page}]" in test for page in SAME_SHOP) else test
    return SPARK if "spark" in file.rpartition("/")[2] else file


def place_of(turn: str, number: int) -> tuple[int, int]:
    """What turns are sorted by: those that are known to take long, then those of many tests.

    >>> sorted([("tests/few.py", 1), ("spark", 9), ("tests/many.py", 2)], key=lambda turn: place_of(*turn))
    [('spark', 9), ('tests/many.py', 2), ('tests/few.py', 1)]
    """
    known = -1 if turn.startswith(PAGE) else LONGEST.index(turn) if turn in LONGEST else len(LONGEST)
    return known, -number


class LongestFirst(LoadScopeScheduling):
    """Gives each process one turn after the other."""

    def _split_scope(self, nodeid: str) -> str:
        return turn_of(nodeid)

    def _assign_work_unit(self, node: Any) -> None:
        first = min(self.workqueue, key=lambda turn: place_of(turn, len(self.workqueue[turn])))
        self.workqueue.move_to_end(first, last=False)
        super()._assign_work_unit(node)
