"""The rules: why a row is refused. A row is refused by the first rule that it breaks.

Each rule names the field whose value is shown beside it; rules of the whole row show the row.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Rule:
    """A rule: its name, the canonical field it is about (`row`: all of it) and what it says."""

    name: str
    field: str
    says: str


RULES = (
    Rule("not_utf8", "row", "the line holds bytes that are no UTF-8 (another encoding? see source.encoding)"),
    Rule("nul", "row", "the line, or an id in it, holds a NUL character"),
    Rule("line_too_long", "row", "the line is longer than 1 MB"),
    Rule("quote", "row", "a quoted field does not end on its line"),
    Rule("columns", "row", "the line has another number of fields than the header"),
    Rule("json", "row", "the line is no JSON object"),
    Rule("nested", "row", "a mapped field holds a list or an object"),
    Rule(
        "id_is_float", "row", "an id is a number with a point or an exponent; ids are text or whole numbers"
    ),
    Rule("entity_missing", "entity", "the entity is empty"),
    Rule("time_missing", "time", "the time is empty"),
    Rule("kind_missing", "kind", "the kind is empty"),
    Rule("kind_unknown", "kind", "the kind is none that source.kinds names"),
    Rule("time_unreadable", "time", "the time is not written as declared (source.time)"),
    Rule("time_without_zone", "time", "the time carries no zone and none is declared (source.time.zone)"),
    Rule("time_ambiguous", "time", "the local time happened twice: the clock went back over it"),
    Rule("time_nonexistent", "time", "the local time never happened: the clock jumped over it"),
    Rule(
        "time_out_of_range", "time", "the time lies outside 1990 to 2100 (another unit? see source.time.unit)"
    ),
    Rule("received_unreadable", "received", "the time of receipt is not written as declared (source.time)"),
    Rule("received_out_of_range", "received", "the time of receipt lies outside 1990 to 2100"),
    Rule("time_after_received", "time", "it happened more than 5 minutes after it was received"),
    Rule("price_not_a_number", "price", "the price is no decimal number (see source.decimal)"),
    Rule(
        "price_too_large",
        "price",
        "the price has more than 13 digits before the point (12 with 3 minor digits, 10 with 4)",
    ),
    Rule("price_digits", "price", "the price has more digits than source.currency_digits; it is not rounded"),
    Rule("price_negative", "price", "the price is negative"),
    Rule("quantity_not_whole", "quantity", "the quantity is no whole number of up to 15 digits"),
    Rule("id_too_long", "row", "an id or a category is longer than 1,000 characters"),
    Rule(
        "event_id_conflict",
        "event_id",
        "an earlier row has the same entity and event id, and another content",
    ),
    Rule("erased", "row", "the visitor was erased; what their rows said is not kept"),
    Rule("expired", "row", "the row is older than the shop keeps rows (willbuy expire)"),
)
"""Every rule, in the order in which they are tried, but the last two, which come first: their numbers came last."""

FAULTS = (
    "erased",
    "expired",
    "not_utf8",
    "nul",
    "line_too_long",
    "quote",
    "columns",
    "json",
    "nested",
    "id_is_float",
    "id_too_long",
)
"""What bronze may say of a row beside its text. The last is tried in its turn, the others before all else."""

CODES = {rule.name: code for code, rule in enumerate(RULES, 1)}
"""A rule's number in staged rows; 0 is a sound row."""

SAYS = {rule.name: rule.says for rule in RULES}
"""What each rule says."""
