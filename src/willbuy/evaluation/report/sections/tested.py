"""How it was tested: the split on its time axis, the base rate of each anchor, the parts and who stands in both."""

from datetime import datetime, timedelta
from typing import Any

from willbuy.evaluation.base_rates import unlike_rates
from willbuy.evaluation.report.charts import timeline
from willbuy.evaluation.report.html import Html, chart, details, escape, join, paragraph, section, table, tag
from willbuy.evaluation.report.sections import tested_table
from willbuy.evaluation.result.rows import AnchorPoint
from willbuy.evaluation.result.run import Result
from willbuy.evaluation.words import count, moment, percent


def tested(result: Result) -> Html:
    """The section."""
    if result["task"]["kind"] == "table":
        return section(
            "tested",
            "How it was tested",
            tested_table.split_words(result),
            tested_table.charts(result.get("periods") or []),
            tested_table.parts(result),
            *(paragraph(warning, "warn") for warning in unlike_rates(result["parts"])),
            tested_table.audit(result),
        )
    return section(
        "tested",
        "How it was tested",
        _split_words(result),
        _charts(result),
        _parts(result),
        *(paragraph(warning, "warn") for warning in unlike_rates(result["parts"])),
        _audit(result),
        _maturity(result.get("anchors") or []),
    )


def _split_words(result: Result) -> Html:
    split = result["split"]
    if split["kind"] != "time":
        return _fold_words(split)
    lag = float(split.get("lag_seconds") or 0.0)
    if "cutoff" in split:
        text = (
            f"Sessions that had closed by {moment(split['cutoff'])} are the training part; sessions that began at or after it are"
            " the test. Those still open at that moment belong to neither."
        )
    else:
        waits = f" and the time that labels take to become known ({span(lag)})" if lag else ""
        text = (
            "The model was trained on the past and tested once on what came after. Between the two lies an embargo of the"
            f" horizon ({span(float(split['horizon_seconds']))}){waits}, so that no training label saw anything of the test."
        )
        if not split.get("embargo"):
            text += " The anchors lie so far apart that none fell into it."
    return paragraph(text)


def _fold_words(split: dict[str, Any]) -> Html:
    warning = f"This is not a test on the future. {split.get('note') or split.get('reason', '')}"
    how = (
        f"The {count(split['entities'])} visitors were dealt into {count(split['folds'])} folds, whole. Each fold was held out"
        " once while everything was learnt on the others, and then predicted. The figures are those of all predictions on one"
        " pile; nothing was chosen by them. The model that is shipped was made by the same procedure from all rows."
        if "folds" in split
        else ""
    )
    return join([paragraph(warning, "warn"), paragraph(how) if how else ""])


def _charts(result: Result) -> Html:
    anchors, seconds = result.get("anchors") or [], result["split"].get("horizon_seconds")
    if len(anchors) < 2:
        return Html("")
    horizon = timedelta(seconds=float(seconds or 0))
    rates = [anchor for anchor in anchors if anchor["base_rate"] is not None]
    plots = []
    if rates:
        plots.append(
            chart(
                timeline.base_rate(anchors, horizon),
                "The share of buyers at each anchor (UTC). Anchors whose label window has not passed have no rate yet."
                if seconds
                else "The share of visits that bought, by when they were asked (UTC).",
                height=timeline.RATE_HEIGHT,
            )
        )
    if not seconds:  # sessions lie everywhere, not on a grid
        return tag("div", *plots)
    plots.append(
        chart(
            timeline.split(anchors, horizon),
            "The label window of each anchor: from the anchor to the horizon’s end (UTC). Anchors of the embargo were not used.",
            height=timeline.split_height(anchors),
        )
    )
    return tag("div", *plots)


def _parts(result: Result) -> Html:
    head = ["part", "anchors", "how many", "rows", "bought", "base rate"]
    rows = [
        [
            tag("span", escape(part["part"]), class_=f"part {part['part']}"),
            _range(part["anchors"]),
            count(len(part["anchors"])),
            count(part["n"]),
            count(part["positives"]),
            percent(part["base_rate"]),
        ]
        for part in result["parts"]
        if result["split"]["kind"] == "time" or part["n"]
    ]
    if not any(
        part["anchors"] for part in result["parts"]
    ):  # parts of entities or sessions: no anchor divides them
        head, rows = [*head[:1], *head[3:]], [[*row[:1], *row[3:]] for row in rows]
    return table(head, rows, numbers=range(len(head) - (4 if len(head) > 4 else 3), len(head)))


def _audit(result: Result) -> Html:
    audit = result["split"].get("audit")
    if not audit:
        return Html("")
    if result["split"]["kind"] != "time":
        return paragraph(
            f"{count(audit['test_entities'])} visitors were tested, each by a model that had seen no row of them."
        )
    who = (
        f"{count(audit['test_entities'])} entities were tested; {count(audit['shared_entities'])} of them"
        f" ({percent(audit.get('shared_share'))}) also stand in the training part, earlier in time."
        if audit["shared_entities"]
        else f"{count(audit['test_entities'])} entities were tested; none of them stands in the training part."
    )
    return paragraph(f"{who}{_complete(result['split'])}")


def _complete(split: dict[str, Any]) -> str:
    """When the last training label was known, and that this was by the test anchor (G6)."""
    if not split.get("train") or not split.get("test"):
        return ""
    wait = timedelta(seconds=float(split["horizon_seconds"]) + float(split.get("lag_seconds") or 0.0))
    known = datetime.fromisoformat(max(split["train"])) + wait
    return (
        f" The last training label was complete at {moment(known.isoformat())}, the test begins at"
        f" {moment(split['test'][0])}: a split in which the first lies after the second is refused."
    )


def _maturity(anchors: list[AnchorPoint]) -> Html:
    """Which labels are known, and when the others will be."""
    if not anchors:
        return Html("")
    open_ones = [anchor for anchor in anchors if not anchor["matured"]]
    if not any(
        "matures" in anchor for anchor in anchors
    ):  # sessions: their slots of time are no label windows
        return details("Rows and base rate over time", _anchors(anchors))
    text = "Every anchor has matured: its whole label window lies in the log."
    if open_ones:
        last = max(anchor.get("matures") or "" for anchor in open_ones)
        text = (
            f"{count(len(open_ones))} of {count(len(anchors))} anchors had not matured when the log ended, and were used for"
            f" nothing: who has not bought yet may still do so. Their labels are complete by {moment(last)}."
        )
    return join(
        [paragraph(text), details("Label maturity and base rate, anchor by anchor", _anchors(anchors))]
    )


def _anchors(anchors: list[AnchorPoint]) -> Html:
    grid = any("matures" in anchor for anchor in anchors)
    rows = [
        [
            _date(moment(anchor["anchor"])),
            escape(anchor["part"]),
            *([_matured(anchor)] if grid else []),
            count(anchor["n"]),
            count(anchor["positives"]),
            percent(anchor["base_rate"]),
        ]
        for anchor in anchors
    ]
    head = ["anchor (UTC)" if grid else "from (UTC)", "part", *(["matured"] if grid else [])]
    first = len(head)
    return table([*head, "rows", "bought", "base rate"], rows, numbers=range(first, first + 3))


def _matured(anchor: AnchorPoint) -> Html:
    return escape("yes" if anchor["matured"] else f"on {moment(anchor.get('matures'))}")


def _range(anchors: list[str]) -> str:
    if not anchors:
        return "–"
    first, last = moment(min(anchors)), moment(max(anchors))
    return _date(first) if first == last else f"{_date(first)} to {_date(last)}"


def span(seconds: float) -> str:
    """A span in words.

    >>> span(604800), span(5400), span(0), span(86400)
    ('7 days', '1.5 hours', 'nothing', '1 day')
    """
    for size, unit in ((86400, "day"), (3600, "hour"), (60, "minute"), (1, "second")):
        if seconds >= size:
            number = seconds / size
            return (
                f"{number:g} {unit}{'' if number == 1 else 's'}"
                if number == round(number, 1)
                else f"{number:.1f} {unit}s"
            )
    return "nothing"


def _date(text: str) -> Html:
    """A date that is not broken over two lines."""
    return tag("span", escape(text), class_="date")
