"""Merging on Spark: staged rows and what silver holds become a new generation of files, step by step.

A step that is done stands in the ledger: a run that dies in a later one is taken up after it.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from functools import reduce
from typing import TYPE_CHECKING, Any

from willbuy.events.spark import merge_sql
from willbuy.events.spark.bench import SparkBench
from willbuy.events.spark.gathering import Gathered
from willbuy.events.spark.written import parquet, remove_others, write
from willbuy.events.typed import kind_names
from willbuy.warehouse.ledger import TableFile
from willbuy.warehouse.spark.faults import spark_faults
from willbuy.warehouse.spark.tables import COLUMNS, date_of, read_files

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

MOST_SMALL_FILES = 8
FEW_ROWS = 1 << 20
"""A date with more files than these, of fewer rows each, is written anew when events are added to it."""

STEPS = ("bronze", "entities", "items", "dropped", "events", "rejected")


@dataclass(frozen=True)
class Step:
    """What a step gave: files, and counts of rows by source."""

    files: Sequence[TableFile] = ()
    kept: Mapping[int, int] = field(default_factory=dict)
    duplicates: Mapping[int, int] = field(default_factory=dict)
    conflicts: Mapping[int, int] = field(default_factory=dict)
    rewritten: Sequence[str] = ()

    @classmethod
    def from_json(cls, found: dict[str, Any]) -> "Step":
        """From the ledger."""
        counts = {
            name: {int(k): v for k, v in found[name].items()} for name in ("kept", "duplicates", "conflicts")
        }
        return cls([TableFile(**file) for file in found["files"]], **counts, rewritten=found["rewritten"])


class Merge:
    """One run's merge. `old` are the files that go on, `name` tells the run from others, `fresh` are the sources new to it."""

    def __init__(
        self,
        bench: SparkBench,
        gathered: Sequence[Gathered],
        fresh: Collection[int],
        old: Sequence[TableFile],
        name: str,
    ) -> None:
        self.fresh = fresh
        self.bench = bench
        self.gathered = gathered
        self.old = old
        self.name = name
        self.generation = bench.ledger.generation + 1
        self.mapped = frozenset(bench.source.columns)
        self.done: dict[str, Step] = {}

    def run(self) -> dict[str, Step]:
        """Make every step that is not done yet."""
        found = self.bench.ledger.merges(self.name)
        known = {number: Step.from_json(step) for number, step in found.items()}
        made = [file for step in known.values() for file in step.files]
        remove_others(self.bench.layout, [*self.bench.ledger.files(), *made])
        rows = sum(found.read for found in self.gathered)
        staged = [file for found in self.gathered for account in found.accounts for file in account.rows]
        with spark_faults("Spark broke off while it merged the events"):
            self._show("staged", self._files(staged, merge_sql.staged_columns(self.mapped)))
            for number, name in enumerate(STEPS):
                self.bench.progress(rows * number // len(STEPS), rows, "merging")
                if number in known:
                    self.done[name] = known[number]
                else:
                    make: Callable[[], Step] = getattr(self, f"_{name}")
                    self.done[name] = make()
                    self.bench.ledger.add_merge(self.name, number, asdict(self.done[name]))
        return self.done

    def _bronze(self) -> Step:
        if not self.fresh:
            return Step()
        rows = self._by_date(merge_sql.raw_rows(self.fresh), '"source", "line"')
        return Step(self._write("events_raw", rows))

    def _entities(self) -> Step:
        known = self._known("entities")
        return Step(self._write("entities", self._sql(merge_sql.new_entities(known))))

    def _items(self) -> Step:
        if "item" not in self.mapped:
            return Step()
        known = self._known("items")
        return Step(self._write("items", self._sql(merge_sql.new_items(known))))

    def _dropped(self) -> Step:
        days = self._days_in_doubt()
        if not days and "event_id" not in self.mapped:
            return Step()
        self._arrived()
        known = [file for file in self._old("events") if "event_id" in self.mapped or date_of(file) in days]
        if known:
            self._show("known", self._read("events", known))
        files = self._write("dropped", self._sql(merge_sql.dropped(self.mapped, bool(known), days)))
        if not files:
            return Step()
        self._show_dropped(files)
        counts = self._sql('SELECT "conflict", "source", COUNT(*) FROM dropped GROUP BY 1, 2').collect()
        by_fate: dict[bool, dict[int, int]] = {True: {}, False: {}}
        for conflict, source, rows in counts:
            by_fate[conflict][source] = rows
        return Step(files, duplicates=by_fate[False], conflicts=by_fate[True])

    def _events(self) -> Step:
        self._arrived()
        rows = "SELECT * FROM arrived"
        if self.done["dropped"].files:
            self._show_dropped(self.done["dropped"].files)
            same = 'd."source" = a."source" AND d."line" = a."line"'
            rows = f"SELECT * FROM arrived a WHERE NOT EXISTS (SELECT 1 FROM dropped d WHERE {same})"
        anew = self._small_days()
        if anew:
            small = [file for file in self._old("events") if date_of(file) in anew]
            self._show("small", self._read("events", small))
            columns = ", ".join(f'"{name}"' for name in COLUMNS["events"])
            rows = f"SELECT {columns} FROM ({rows}) UNION ALL SELECT {columns} FROM small"
        files = self._write("events", self._by_date(rows, '"entity_key", "time", "source", "line"'))
        return Step(files, kept=self._kept(files), rewritten=anew)

    def _rejected(self) -> Step:
        refused = [file for found in self.gathered for account in found.accounts for file in account.rejects]
        rows = [self._files(refused, COLUMNS["rejected"])] if refused else []
        if any(self.done["dropped"].conflicts.values()):
            self._show_dropped(self.done["dropped"].files)
            rows.append(
                self._sql(
                    'SELECT d."source", d."line", \'event_id_conflict\' AS "rule", \'event_id\' AS "field", '
                    'd."event_id" AS "value", s."raw" FROM staged s JOIN dropped d '
                    'ON d."source" = s."source" AND d."line" = s."line" WHERE d."conflict"'
                )
            )
        if not rows:
            return Step()
        return Step(self._write("rejected", reduce(lambda one, more: one.unionAll(more), rows)))

    def _kept(self, files: Sequence[TableFile]) -> dict[int, int]:
        """The rows that were written of each of our sources: of so narrow a column, counted here."""
        if not files:
            return {}
        paths = parquet([self.bench.layout.home / file.file for file in files])
        found = self.bench.connection.execute(
            f"SELECT source, count(*) FROM read_parquet({paths}, hive_partitioning = false) GROUP BY source"
        ).fetchall()
        ours = {gathered.row.source for gathered in self.gathered}
        return {source: rows for source, rows in found if source in ours}

    def _arrived(self) -> None:
        """The table `arrived`: what was staged, with the keys of ids, those of this generation too."""
        for table in ("entities", "items"):
            files = [*self._old(table), *self.done[table].files]
            if files:
                self._show(table, self._read(table, files))
        self._show("arrived", self._sql(merge_sql.arrived(self.mapped, kind_names(self.bench.source))))

    def _days_in_doubt(self) -> list[str]:
        """The dates at which two files hold events: only there may one hold what another holds."""
        holders: dict[str, int] = dict.fromkeys(filter(None, map(date_of, self._old("events"))), 1)
        for found in self.gathered:
            for day in found.dates:
                holders[day] = holders.get(day, 0) + 1
        arrived = {day for found in self.gathered for day in found.dates}
        return sorted(day for day in arrived if holders[day] > 1)

    def _small_days(self) -> list[str]:
        """The dates that get events now and lie in many small files."""
        files: dict[str, list[int]] = {}
        for file in self._old("events"):
            files.setdefault(date_of(file) or "", []).append(file.rows)
        arrived = {day for found in self.gathered for day in found.dates}
        return sorted(
            day
            for day in arrived
            if len(rows := files.get(day, [])) >= MOST_SMALL_FILES and sum(rows) < FEW_ROWS * len(rows)
        )

    def _old(self, table: str) -> list[TableFile]:
        return [file for file in self.old if file.name == table]

    def _known(self, table: str) -> bool:
        """Show a table as readers see it now; whether it has any row."""
        files = self._old(table)
        if files:
            self._show(table, self._read(table, files))
        return bool(files)

    def _by_date(self, rows: str, order: str) -> "DataFrame":
        """Rows in files of a good size each: those of a date together, a large date in several."""
        whole = self._sql(f'SELECT /*+ REBALANCE("date") */ * FROM ({rows})')
        return whole.sortWithinPartitions("date", *(name.strip('" ') for name in order.split(",")))

    def _write(self, table: str, rows: "DataFrame") -> list[TableFile]:
        return write(self.bench.connection, rows, self.bench.layout, table, self.generation)

    def _show_dropped(self, files: Sequence[TableFile]) -> None:
        self._show("dropped", self._files([file.file for file in files], merge_sql.DROPPED))

    def _read(self, table: str, files: Sequence[TableFile]) -> "DataFrame":
        return read_files(self.bench.session, self.bench.layout, table, files)

    def _files(self, names: Sequence[str], columns: Mapping[str, str]) -> "DataFrame":
        schema = ", ".join(f"`{name}` {kind}" for name, kind in columns.items())
        paths = (str(self.bench.layout.home / name) for name in names)
        return self.bench.session.read.schema(schema).parquet(*paths)

    def _show(self, name: str, rows: "DataFrame") -> None:
        rows.createOrReplaceTempView(name)

    def _sql(self, sql: str) -> "DataFrame":
        return self.bench.session.sql(sql)
