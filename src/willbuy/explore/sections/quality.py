"""What came in: rows that became events, missing values, rejected rows and duplicates."""

from typing import Any

from willbuy.evaluation.report.html import Html, paragraph, section
from willbuy.evaluation.words import count, percent
from willbuy.explore.charts import bars, heat
from willbuy.explore.sections.shown import pair, shown


def quality(found: dict[str, Any]) -> Html:
    """The section."""
    return section("rows", "What came in", pair(_rows(found["rows"]), _missing(found)))


def _rows(found: dict[str, Any]) -> Html:
    parts = [("events", "accepted"), ("duplicates", "duplicates")]
    rows = [{"name": name, "value": found[key]} for name, key in parts]
    rows += [{"name": rule, "value": number} for rule, number in found["by_rule"].items()]
    for row in rows:
        row["text"] = f"{count(row['value'])} ({percent(row['value'] / max(found['read'], 1))})"
    drawn = bars.lying(rows, "rows") if found["accepted"] < found["read"] else None
    reading = (
        "Rows read, by what became of them. Below events and duplicates: the rule that a rejected row broke."
    )
    return shown("Rows, duplicates, rejected", found["says"], drawn, reading, height=bars.lying_height(rows))


def _missing(found: dict[str, Any]) -> Html:
    missing = found["missing"]
    kinds = [kind["kind"] for kind in found["kinds"]["kinds"]]
    rows = [
        {
            "x": cell["kind"],
            "y": cell["field"],
            "value": cell["share"],
            "text": f"{count(cell['missing'])} of {count(cell['events'])}",
        }
        for cell in missing["cells"]
    ]
    lacks = any(cell["missing"] for cell in missing["cells"])
    absent = f"The log has no {', '.join(missing['absent'])}." if missing["absent"] else ""
    drawn = shown(
        "Missing values",
        missing["says"],
        heat.heat(rows, kinds, missing["fields"], ("kind of event", None, "missing"), share=True)
        if rows
        else None,
        f"Share of the events of each kind that lack the field. {absent}",
        height=heat.heat_height(missing["fields"]),
    )
    return drawn if lacks or not absent else Html(drawn + paragraph(absent, "note"))
