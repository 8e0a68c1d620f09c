"""The sections of a table's page."""

from typing import Any

from willbuy.evaluation.report.html import Html, details, escape, paragraph, section, table
from willbuy.evaluation.words import count, percent, percent_interval
from willbuy.explore.charts import bars, lines
from willbuy.explore.sections.correlated import correlated
from willbuy.explore.sections.shown import pair, shown, warnings

DRAWN = 40
"""Columns that are drawn; the others stand in a table."""


def outcome(found: dict[str, Any]) -> Html:
    """Class balance, and the rate by the order's values."""
    order = found["order"]
    by_order = ""
    if order is not None:
        rows = [{"name": one["value"], **one["buyers"]} for one in order["values"]]
        drawn = lines.points(rows, order["name"], "buy") if len(rows) > 1 else None
        reading = "Share of the rows at each value, oldest first, that buy. Lines: 95 % intervals."
        by_order = shown(f"Buyers by {order['name']}", order["says"], drawn, reading, height=lines.HEIGHT)
    balance = shown("Class balance", found["balance"]["says"], None)
    return section("outcome", "The outcome", balance, by_order, warnings(found["notes"]))


def columns(found: dict[str, Any]) -> Html:
    """Each column against the outcome, those that tell most first."""
    drawn = [_column(one) for one in found["columns"][:DRAWN]]
    rest = found["columns"][DRAWN:]
    more = details(f"{count(len(rest))} more columns", _table(rest)) if rest else ""
    return section(
        "columns",
        "Each column against the outcome",
        paragraph(found["says_columns"], "says"),
        *drawn,
        more,
        lead="On the left how many buy at each value, or in spans of values with about as many rows each; on the right how the values "
        "are spread. Lines: 95 % intervals.",
    )


def _column(one: dict[str, Any]) -> Html:
    rates = [{"name": _short(value["value"]), **value["buyers"]} for value in one["bins"]]
    spread = [{"name": _short(bar["value"]), "value": bar["rows"]} for bar in one["distribution"]]
    known = {"before": "known before the score", "after": "known after the outcome"}.get(
        one["known"], "when it is known is not declared"
    )
    facts = f"{one['role']}, {count(one['values'])} values, {percent(one['missing_share'])} missing, {known}."
    if len(rates) < 2:
        return shown(one["name"], f"{one['says']} ({facts})", None)
    return pair(
        shown(
            one["name"],
            one["says"],
            lines.points(rates, "", "buy", narrow=True),
            f"Of the rows at each value, who buys. A {facts}",
            height=lines.HEIGHT,
        ),
        shown(
            f"Values of {one['name']}",
            _explained(one),
            bars.standing(spread, one["name"], "rows", spans=one["distribution_by_span"]),
            "Rows in spans of like width, named by where they begin; beyond the 99th percentile all rows are in the last bar."
            if one["distribution_by_span"]
            else "Rows by value.",
            height=bars.HEIGHT,
        ),
    )


def _explained(one: dict[str, Any]) -> str:
    if one["explained"] is None:
        return "All rows have the same outcome."
    return f"Its values account for {percent(one['explained'])} of how much the outcome varies."


def _short(text: str) -> str:
    return text if len(text) <= 22 else f"{text[:21]}…"


def _table(rest: list[dict[str, Any]]) -> Html:
    rows = [
        [
            escape(one["name"]),
            escape(one["role"]),
            percent(one["explained"]),
            percent(one["missing_share"]),
            escape(one["says"]),
        ]
        for one in rest
    ]
    return table(
        ["column", "role", "accounts for", "missing", "who buys"], rows, numbers=(2, 3), class_="compact"
    )


def together(found: dict[str, Any]) -> Html:
    """The correlations."""
    made = found["correlations"]
    return section("together", "How the columns go together", correlated(made, made["sample"]))


def came_in(found: dict[str, Any]) -> Html:
    """Rows read, rejected, repeated; values missing."""
    return section("rows", "What came in", pair(_rows(found["rows"]), _missing(found["missing"])))


def _rows(found: dict[str, Any]) -> Html:
    rows = [{"name": "accepted", "value": found["accepted"]}]
    rows += [{"name": "of them repeated", "value": found["repeated"]}] if found["repeated"] else []
    rows += [{"name": rule, "value": number} for rule, number in found["by_rule"].items()]
    for row in rows:
        row["text"] = f"{count(row['value'])} ({percent(row['value'] / max(found['read'], 1))})"
    drawn = bars.lying(rows, "rows", room=1.6) if len(rows) > 1 else None
    reading = "Rows read, by what became of them; below those accepted the rule that a rejected row broke."
    return shown("Rows, rejected, repeated", found["says"], drawn, reading, height=bars.lying_height(rows))


def _missing(found: dict[str, Any]) -> Html:
    lacking = found["columns"][:DRAWN]
    rows = [
        {
            "name": one["name"],
            "value": one["share"],
            "text": f"{percent(one['share'])}; of these {percent(one['buyers']['rate'])} buy ({percent_interval({'low': one['buyers']['low'], 'high': one['buyers']['high']})})",
        }
        for one in lacking
    ]
    drawn = bars.lying(rows, "share of the rows without a value", share=True, room=2.4) if rows else None
    return shown(
        "Missing values",
        found["says"],
        drawn,
        "Behind the bar: how many of the rows without a value buy, with a 95 % interval.",
        height=bars.lying_height(rows),
    )
