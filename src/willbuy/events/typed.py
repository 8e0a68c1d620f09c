"""From raw rows to typed ones, as one SQL query: each row with its canonical fields and the first rule it breaks.

Silver is always computed by this query from bronze, on first reading and on a rebuild alike.
"""

from dataclasses import dataclass

from willbuy.events.canonical import FIELDS
from willbuy.events.fields import RawShape, column, fields, types
from willbuy.events.numbers import minor_units, price_fault, price_text, whole_number
from willbuy.events.presets import KindRule, ResolvedSource
from willbuy.events.rules import CODES, FAULTS, RULES
from willbuy.events.times import EARLIEST, LATEST, Layers, read_time
from willbuy.warehouse.dialect import Dialect
from willbuy.warehouse.layout import BUCKETS

IDS = ("entity", "item", "category", "session", "event_id")
LONGEST_ID = 1000
SKEW = "INTERVAL '5' MINUTE"
REFUSED = 255
"""The bucket of refused rows in staged files, where they come last."""

_STORED_AS = {"time": "TIMESTAMP", "received": "TIMESTAMP", "price": "BIGINT", "quantity": "BIGINT"}
_sql = Dialect()


@dataclass(frozen=True)
class RowPlan:
    """How the rows of one source become events. `native_times` are fields whose column is a timestamp by its type.

    `live` says that the rows came through the service: they carry what the shop called their kind.
    """

    shape: RawShape
    source: ResolvedSource
    native_times: frozenset[str] = frozenset()
    live: bool = False

    @property
    def mapped(self) -> tuple[str, ...]:
        """The canonical fields that the source has, in canonical order."""
        return tuple(field for field in FIELDS if field in self.source.columns)

    @property
    def needed(self) -> tuple[str, ...]:
        """The columns that are read."""
        return (*self.source.needed, "kind_name") if self.live else self.source.needed


def kind_names(source: ResolvedSource) -> list[tuple[str, str]]:
    """The pairs (kind_name, kind) that a row can have; staged rows hold the pair's number."""
    pairs = [(rule.kind_name, rule.kind) for rule in source.kind_rules]
    pairs += [(name, kind) for name, kind in source.kinds.items()]
    if source.constant_kind:
        pairs.append((source.constant_kind, source.constant_kind))
    return list(dict.fromkeys(pairs))


def typed(plan: RowPlan, bronze: str, first_line: int, quotes: bool, only: str = "") -> str:
    """SQL: every row of a bronze part (blank lines are none) with `line`, `raw`, the fields as text, typed, and `rule`.

    `bronze` is SQL for the part's file name, `first_line` the line of its first row, `only` SQL for the lines that
    are wanted (all by default).
    """
    return typed_rows(plan, bronze_rows(bronze, first_line), quotes, only)


def bronze_rows(bronze: str, first_line: int) -> str:
    """SQL: the rows `(line, raw, fault)` of a bronze part, without blank lines."""
    rows = f"read_parquet({bronze}, file_row_number = true)"
    return f"SELECT file_row_number + {first_line} AS line, raw, fault FROM {rows} WHERE raw IS NOT NULL"


def typed_rows(plan: RowPlan, sql: str, quotes: bool, only: str = "") -> str:
    """The same of any rows `(line, raw, fault)` of bronze, given as SQL."""
    if only:
        sql = f"FROM ({sql}) SEMI JOIN ({only}) USING (line)"
    for layer in _layers(plan, quotes):
        sql = f"SELECT *, {', '.join(f'{expression} AS {name}' for name, expression in layer.items())}\nFROM ({sql})"
    return sql


def staged_columns(plan: RowPlan) -> str:
    """SQL: what a staged row keeps of a typed one."""
    kept = [
        field if field in _STORED_AS else f"{field}_text AS {field}"
        for field in plan.mapped
        if field != "kind"
    ]
    kind = (
        ["kind_text AS kind", "coalesce(kind_name_text, kind_text) AS kind_name"]
        if plan.live
        else ["kind_code"]
    )
    return ", ".join(["bucket", "rule", "line", *kind, *kept])


def shown_value() -> dict[str, str]:
    """SQL for `rule`, `field` and `value` as the table of refused rows shows them, by a typed row's rule number."""

    def case(what: dict[int, str]) -> str:
        return "CASE rule " + " ".join(f"WHEN {code} THEN {sql}" for code, sql in what.items()) + " END"

    return {
        "rule": case({CODES[rule.name]: _sql.text(rule.name) for rule in RULES}),
        "field": case({CODES[rule.name]: _sql.text(rule.field) for rule in RULES}),
    }


def refused_value(plan: RowPlan) -> str:
    """SQL: the value that broke the rule, at most 200 characters of it."""
    cases = {rule.field: f"{rule.field}_text" for rule in RULES if rule.field in plan.mapped}
    whens = " ".join(f"WHEN {_sql.text(field)} THEN {text}" for field, text in cases.items())
    return f"left(CASE field {whens} ELSE raw END, 200)"


def _layers(plan: RowPlan, quotes: bool) -> Layers:
    return [
        split(plan, quotes),
        texts(plan, quotes),
        *_values(plan),
        {"rule": _rule(plan)},
        *_digit(),
    ]


def split(plan: RowPlan, quotes: bool) -> dict[str, str]:
    """SQL over `raw`: the list of a row's fields, and of JSON lines their types."""
    found = {"f": fields(plan.shape, plan.needed, quotes)}
    if plan.shape.format == "jsonl":
        found["types"] = types(plan.needed)
    return found


def texts(plan: RowPlan, quotes: bool) -> dict[str, str]:
    """SQL over `f`: the text of each canonical field, and of each column that a rule looks at."""
    texts = {}
    for field in plan.mapped:
        text = column(plan.shape, plan.source.columns[field], plan.needed, quotes)
        hashed = field == "entity" and plan.source.hash_ids  # it lost its ending before it was hashed
        suffix = None if hashed else plan.source.drop_suffix.get(field)
        if suffix:
            cut = f"left({text}, length({text}) - {len(suffix)})"
            text = f"CASE WHEN ends_with({text}, {_sql.text(suffix)}) THEN {cut} ELSE {text} END"
        texts[f"{field}_text"] = text
    for number, rule in enumerate(plan.source.kind_rules):
        texts[f"tested_{number}"] = column(plan.shape, rule.column, plan.needed, quotes)
    if plan.live:
        texts["kind_name_text"] = column(plan.shape, "kind_name", plan.needed, quotes)
    return texts


def _values(plan: RowPlan) -> Layers:
    layers: Layers = []
    for field in ("time", "received"):
        if field in plan.mapped:
            layers += read_time(field, plan.source, field in plan.native_times)
    if "price" in plan.mapped:
        layers.append({"price_written": price_text("price_text", plan.source.decimal)})
    last = {"kind_code": _kind_code(plan.source)}
    if "price" in plan.mapped:
        last["price"] = minor_units("price_written", plan.source.currency_digits)
    if "quantity" in plan.mapped:
        last["quantity"] = whole_number("quantity_text")
    return [*layers, last]


def _kind_code(source: ResolvedSource) -> str:
    codes = {pair: number for number, pair in enumerate(kind_names(source))}
    whens = [
        f"WHEN {_test(rule, number, source.decimal)} THEN {codes[rule.kind_name, rule.kind]}"
        for number, rule in enumerate(source.kind_rules)
    ]
    if source.constant_kind:
        otherwise = str(codes[source.constant_kind, source.constant_kind])
    else:
        names = " ".join(
            f"WHEN {_sql.text(name)} THEN {codes[name, kind]}" for name, kind in source.kinds.items()
        )
        otherwise = f"CASE kind_text {names} END"
    chosen = f"CASE {' '.join(whens)} ELSE {otherwise} END" if whens else otherwise
    return f"CAST({chosen} AS UTINYINT)"


def _test(rule: KindRule, number: int, decimal: str) -> str:
    if rule.test == "starts_with":
        return f"starts_with(tested_{number}, {_sql.text(rule.value)})"
    return f"TRY_CAST({price_text(f'tested_{number}', decimal)} AS DOUBLE) <= {float(rule.value)!r}"


def _rule(plan: RowPlan) -> str:
    conditions = [*row_conditions(plan), *_field_conditions(plan)]
    whens = " ".join(f"WHEN {condition} THEN {CODES[name]}" for name, condition in conditions)
    known = " ".join(f"WHEN {_sql.text(name)} THEN {CODES[name]}" for name in FAULTS)
    fault = f"WHEN fault IS NOT NULL AND fault <> 'id_too_long' THEN CASE fault {known} END"
    return f"CAST(CASE {fault} {whens} ELSE 0 END AS UTINYINT)"


def row_conditions(plan: RowPlan) -> list[tuple[str, str]]:
    """The rules of a whole row whose line is sound, in order, as SQL over its fields and texts."""
    found: list[tuple[str, str]] = []
    if not plan.shape.is_json:
        return [("quote", "f IS NULL"), ("columns", f"len(f) <> {len(plan.shape.columns)}")]
    zero = " OR ".join(f"contains({field}_text, chr(0))" for field in IDS if field in plan.mapped)
    found.append(("nul", zero))
    if plan.shape.format == "parquet":
        return found  # the file's own schema was checked before
    found += [("json", "f IS NULL OR NOT starts_with(ltrim(raw), '{')")]
    found += [("nested", "list_has_any(types, ['ARRAY', 'OBJECT'])")]
    for field in (field for field in IDS if field in plan.mapped):
        at = plan.needed.index(plan.source.columns[field]) + 1
        found.append(
            ("id_is_float", f"types[{at}] = 'DOUBLE' AND NOT regexp_full_match({field}_text, '-?[0-9]+')")
        )
    return found


def _field_conditions(plan: RowPlan) -> list[tuple[str, str]]:
    rules = [("entity_missing", "entity_text IS NULL"), ("time_missing", "time_text IS NULL")]
    if "kind" in plan.mapped:
        rules += [
            ("kind_missing", "kind_code IS NULL AND kind_text IS NULL"),
            ("kind_unknown", "kind_code IS NULL"),
        ]
    rules += [
        (f"time_{fault}", f"time IS NULL AND time_fault = '{fault}'")
        for fault in ("without_zone", "ambiguous", "nonexistent")
    ]
    band = f"BETWEEN TIMESTAMP '{EARLIEST}' AND TIMESTAMP '{LATEST}'"
    rules += [("time_unreadable", "time IS NULL"), ("time_out_of_range", f"time NOT {band}")]
    if "received" in plan.mapped:
        rules += [
            ("received_unreadable", "received IS NULL AND received_text IS NOT NULL"),
            ("received_out_of_range", f"received NOT {band}"),
            ("time_after_received", f"time > received + {SKEW}"),
        ]
    if "price" in plan.mapped:
        reason = price_fault("price_written", plan.source.currency_digits)
        unread = "price IS NULL AND price_text IS NOT NULL"
        rules += [
            (name, f"{unread} AND {reason} = '{name}'")
            for name in ("price_not_a_number", "price_too_large", "price_digits")
        ]
        rules.append(("price_negative", "price < 0"))
    if "quantity" in plan.mapped:
        rules.append(("quantity_not_whole", "quantity IS NULL AND quantity_text IS NOT NULL"))
    lengths = [f"strlen({field}_text) > {LONGEST_ID}" for field in IDS if field in plan.mapped]
    return [*rules, ("id_too_long", " OR ".join(["fault IS NOT NULL", *lengths]))]


def _digit() -> Layers:
    """A number that spreads entities over the buckets, the same on every engine and in every version of it.

    For ids that are whole numbers, written plainly and short, a multiplication; for all others the first hex digit
    of their MD5, which costs three times as much.
    """
    plain = "strlen(entity_text) <= 18 AND CAST(entity_number AS VARCHAR) = entity_text"
    mixed = f"(abs(entity_number) % 2147483647 * 1103515245 >> 16) & {BUCKETS - 1}"
    hashed = "instr('0123456789abcdef', left(md5(entity_text), 1)) - 1"
    digit = f"CASE WHEN {plain} THEN {mixed} ELSE {hashed} END"
    bucket = f"CAST(CASE WHEN rule = 0 THEN digit ELSE {REFUSED} END AS UTINYINT)"
    return [{"entity_number": "TRY_CAST(entity_text AS BIGINT)"}, {"digit": digit}, {"bucket": bucket}]
