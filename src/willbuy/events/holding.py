"""Held sources: read, typed and counted, their files no longer needed, and waiting for one merge with others.

A merge writes all of silver anew. A log that comes in many parts is read part by part with `hold`, and merged once: so the work
grows with the log, and not with the parts times the log.
"""

from collections.abc import Sequence

from willbuy.events.account import FileAccount
from willbuy.events.gathering import regather
from willbuy.events.workbench import Workbench
from willbuy.warehouse.ledger import Part, SourceRow


def hold_back(bench: Workbench, sources: Sequence[SourceRow]) -> list[FileAccount]:
    """Let sources that were read wait for a later ingest; return an account for each, nothing of it accepted yet."""
    bench.ledger.hold(sources)
    return [_account(bench, row) for row in sources]


def held_before(bench: Workbench) -> tuple[list[SourceRow], list[Part]]:
    """The sources that wait, and their parts, staged by the present settings: typed again from bronze where they are not."""
    sources, parts = bench.ledger.sources("held"), []
    for row in sources:
        own = bench.ledger.parts(row.source)
        if row.settings != bench.settings or any(not part.staged for part in own):
            own = regather(bench, row)
        else:
            for part in own:
                bench.rows_read(part.read, 1)
        parts += own
    return sources, parts


def _account(bench: Workbench, row: SourceRow) -> FileAccount:
    parts = bench.ledger.parts(row.source)
    rules: dict[str, int] = {}
    for part in parts:
        for rule, rows in part.rejected.items():
            rules[rule] = rules.get(rule, 0) + rows
    read, rejected = sum(part.read for part in parts), sum(rules.values())
    return FileAccount(row.path, read=read, rejected=rejected, rejected_by_rule=rules, held=read - rejected)
