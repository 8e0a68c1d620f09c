"""What became of the rows of the files: events, rejected by a rule, duplicates; and the fields that events lack."""

from typing import TYPE_CHECKING, TypedDict

from willbuy.evaluation.words import percent
from willbuy.explore.words import number_of

if TYPE_CHECKING:
    from willbuy.warehouse.engine import Warehouse

FIELDS = {
    "item": "item_key",
    "category": "category",
    "price": "price",
    "quantity": "quantity",
    "session": "session",
    "event_id": "event_id",
    "received": "received",
}


class RowsIn(TypedDict):
    """Rows read = accepted + rejected + duplicates; the rejected by the rule that they broke."""

    says: str
    read: int
    accepted: int
    rejected: int
    duplicates: int
    by_rule: dict[str, int]


class MissingCell(TypedDict):
    """Events of a kind that lack a field."""

    kind: str
    field: str
    events: int
    missing: int
    share: float


class Missing(TypedDict):
    """Missing values of the optional fields that the log has, by kind; `absent` are those that it does not have at all."""

    says: str
    fields: list[str]
    absent: list[str]
    cells: list[MissingCell]


def rows_in(warehouse: "Warehouse") -> RowsIn:
    """What became of every row that was read."""
    [counts] = warehouse.rows("SELECT SUM(read), SUM(accepted), SUM(rejected), SUM(duplicates) FROM sources")
    read, accepted, rejected, duplicates = (int(value or 0) for value in counts)
    found = warehouse.rows("SELECT rule, COUNT(*) FROM rejected GROUP BY rule")
    ordered = sorted(found, key=lambda one: (-one[1], one[0]))
    by_rule = {str(rule): int(number) for rule, number in ordered}
    return RowsIn(
        says=_says(read, accepted, rejected, duplicates, by_rule),
        read=read,
        accepted=accepted,
        rejected=rejected,
        duplicates=duplicates,
        by_rule=by_rule,
    )


def _says(read: int, accepted: int, rejected: int, duplicates: int, by_rule: dict[str, int]) -> str:
    if read == 0:
        return "No row was read."
    if accepted == read:
        return f"All of {number_of(read, 'row')} became events: none was rejected, none a duplicate."
    why = f", most of them by the rule {next(iter(by_rule))}" if by_rule else ""
    return (
        f"Of {number_of(read, 'row')} read, {percent(accepted / read)} became events; {number_of(rejected, 'was', 'were')} rejected "
        f"({percent(rejected / read)}{why}) and {number_of(duplicates, 'was a duplicate', 'were duplicates')} "
        f"({percent(duplicates / read)})."
    )


def missing(warehouse: "Warehouse", kinds: tuple[str, ...]) -> Missing:
    """Which optional fields the events of each kind lack."""
    counted = ", ".join(f'COUNT(*) - COUNT("{column}")' for column in FIELDS.values())
    found = {
        str(kind): (int(events), dict(zip(FIELDS, map(int, lacks), strict=True)))
        for kind, events, *lacks in warehouse.rows(
            f'SELECT "kind", COUNT(*), {counted} FROM "events" GROUP BY "kind"'
        )
    }
    fields = [field for field in FIELDS if any(lacks[field] < events for events, lacks in found.values())]
    cells = [
        MissingCell(kind=kind, field=field, events=events, missing=lacks[field], share=lacks[field] / events)
        for kind in kinds
        for events, lacks in [found[kind]]
        for field in fields
    ]
    absent = [field for field in FIELDS if field not in fields]
    return Missing(says=_says_missing(cells, fields), fields=fields, absent=absent, cells=cells)


def _says_missing(cells: list[MissingCell], fields: list[str]) -> str:
    if not fields:
        return "The events have none of the optional fields: nothing can be missing."
    worst = max(cells, key=lambda cell: (cell["missing"], cell["share"]))
    if not worst["missing"]:
        return f"No event lacks a value in {number_of(len(fields), 'optional field')} that the log has."
    return (
        f"Most values are missing in {worst['field']}: {percent(worst['share'])} of {number_of(worst['events'], 'event')} of the kind "
        f"{worst['kind']} have none."
    )
