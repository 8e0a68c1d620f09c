"""The rows of a log as events: `seen(entity, moment, kind, name, session)`, made by SQL from what was resolved."""

from willbuy.events.look.moments import with_moment
from willbuy.events.look.table import Looked
from willbuy.events.numbers import price_text
from willbuy.events.presets import KindRule, ResolvedSource
from willbuy.events.times import EARLIEST, LATEST
from willbuy.warehouse.duckdb import DuckDBDialect

_sql = DuckDBDialect()


def make_seen(looked: Looked, resolved: ResolvedSource) -> None:
    """Make the table `seen` of the rows that have an entity and a readable time."""
    native = looked.is_timestamp(resolved.columns["time"])
    read = with_moment("looked", resolved.time_unit, resolved.time_formats, resolved.time_zone, native)
    session = "session" if "session" in resolved.columns else "NULL"
    looked.run(
        f"CREATE OR REPLACE TABLE seen AS SELECT entity, moment, {_kind(resolved, False)} AS kind, "
        f"{_kind(resolved, True)} AS name, {session} AS session FROM {read} "
        f"WHERE entity IS NOT NULL AND moment BETWEEN TIMESTAMP '{EARLIEST}' AND TIMESTAMP '{LATEST}'"
    )


def _kind(resolved: ResolvedSource, name: bool) -> str:
    """SQL for an event's kind, or for its name; null for a name that stands nowhere."""
    cases = [
        f"WHEN {_test(rule, f'rule{number}', resolved.decimal)} THEN {_sql.text(rule.kind_name if name else rule.kind)}"
        for number, rule in enumerate(resolved.kind_rules)
    ]
    rest = "NULL"
    if resolved.constant_kind is not None:
        rest = _sql.text(resolved.constant_kind)
    else:
        own = resolved.kinds.items()
        cases += [
            f"WHEN kind = {_sql.text(said)} THEN {_sql.text(said if name else kind)}" for said, kind in own
        ]
    return f"CASE {' '.join(cases)} ELSE {rest} END" if cases else rest


def _test(rule: KindRule, column: str, decimal: str) -> str:
    if rule.test == "starts_with":
        return f"starts_with({column}, {_sql.text(rule.value)})"
    return f"TRY_CAST({price_text(column, decimal)} AS DOUBLE) <= {float(rule.value)!r}"
