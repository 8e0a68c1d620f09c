"""What came in: every row of the log accounted for."""

from willbuy.evaluation.report.html import Html, escape, paragraph, section, table
from willbuy.evaluation.result.rows import IngestCounts
from willbuy.evaluation.result.run import Result
from willbuy.evaluation.words import count, moment, percent


def came_in(result: Result) -> Html:
    """The section; nothing where the result holds no ingest counts."""
    found = result.get("ingest")
    if not found:
        return Html("")
    read, of_table = found["read"] or 1, result["task"]["kind"] == "table"
    rows = [
        ["read", count(found["read"]), ""],
        ["accepted", count(found["accepted"]), percent(found["accepted"] / read)],
        ["rejected", count(found["rejected"]), percent(found["rejected"] / read)],
        *([["duplicates", count(found["duplicates"]), percent(found["duplicates"] / read)]] * (not of_table)),
    ]
    by_rule = [[escape(rule), count(n)] for rule, n in sorted((found.get("rejected_by_rule") or {}).items())]
    return section(
        "ingest",
        "What came in",
        table(["rows", "", "of those read"], rows, numbers=(1, 2), class_="narrow"),
        table(["why rejected", "rows"], by_rule, numbers=(1,), class_="narrow") if by_rule else "",
        paragraph(
            f"{count(found['entities'])} entities{_when(found)}."
            + (
                " Rows read = accepted + rejected."
                if of_table
                else " Rows read = accepted + rejected + duplicates; rejected rows are kept with their reason."
            )
        ),
    )


def _when(found: IngestCounts) -> str:
    return (
        "" if found["first"] is None else f", from {moment(found['first'])} to {moment(found['last'])} (UTC)"
    )
