"""The doctor's page: what stops training first, each finding with its proof and its picture, then what was asked."""

from pathlib import Path
from typing import Any

from willbuy.doctor.charts.alone import alone
from willbuy.doctor.charts.broken import broken
from willbuy.doctor.charts.moved import moved
from willbuy.doctor.diagnosis import Diagnosis
from willbuy.doctor.finding import STOPS, Finding
from willbuy.doctor.render import headline
from willbuy.doctor.too_good import LEAK, WARN
from willbuy.evaluation.report.document import document, write_whole
from willbuy.evaluation.report.html import Html, chart, escape, join, paragraph, section, table, tag
from willbuy.evaluation.result.doctor import idle_words
from willbuy.evaluation.words import percent
from willbuy.shop import toml


def write_page(diagnosis: Diagnosis, shop: str, path: Path) -> None:
    """Write the page: one HTML file that needs nothing beside it."""
    write_whole(render_page(diagnosis, shop), path)


def render_page(diagnosis: Diagnosis, shop: str) -> str:
    """The page as text."""
    header = tag(
        "header",
        tag("p", "willbuy", class_="brand"),
        tag("h1", "What the doctor found"),
        tag(
            "p",
            tag("span", escape(shop)),
            tag("span", escape(f"examined: {diagnosis.sample}")),
            class_="facts",
        ),
    )
    body = join([_answer(diagnosis), _findings(diagnosis), _alone(diagnosis), _asked(diagnosis)], "\n")
    footer = paragraph(
        "Made by willbuy doctor; --json prints the same findings with every figure of their proof."
    )
    return document(f"{shop}: what the doctor found", header, body, footer)


def _answer(diagnosis: Diagnosis) -> Html:
    kind = "worse" if diagnosis.stopping else "use"
    said = [tag("p", escape(headline(diagnosis)), class_="headline")]
    if diagnosis.stopping:
        said.append(
            paragraph(
                "A leak is a column that knows the outcome beforehand: a model that has it looks excellent and is worth nothing."
                " Leave the column out, or accept the finding in the shop file with a reason, which every report then prints."
            )
        )
    said += [paragraph(idle_words(name), "note") for name in diagnosis.idle]
    return tag("section", tag("div", *said, class_=f"verdict {kind}"), id="answer")


def _findings(diagnosis: Diagnosis) -> Html:
    if not diagnosis.findings:
        return Html("")
    parts = (_finding(one, diagnosis) for one in diagnosis.findings)
    return section(
        "findings", "Findings", *parts, lead="The gravest first, each with its proof and what can be done."
    )


def _finding(one: Finding, diagnosis: Diagnosis) -> Html:
    reason = diagnosis.accept.get(one.name)
    accepted = (
        tag("p", tag("span", escape(f"Accepted: {reason}"), class_="badge")) if reason is not None else ""
    )
    way = (
        tag(
            "p",
            "Or accept it: ",
            tag("code", escape(f'[doctor] accept = {{ {toml.key(one.name)} = "why" }}')),
            class_="note",
        )
        if one.grade in STOPS and reason is None
        else ""
    )
    return join(
        [
            tag("h3", escape(f"{one.grade.capitalize()}: {one.name}")),
            paragraph(one.sentence),
            paragraph(f"{one.remedy}."),
            accepted,
            way,
            _picture(one),
        ]
    )


def _picture(one: Finding) -> Html:
    proof: Any = one.proof
    if "by_period" in proof:
        caption = (
            f"How many rows have no {one.about}, period by period. What was so of every buyer stops being so:"
            " no behaviour of people breaks like that, only the way in which the column is filled."
        )
        return chart(broken(proof["by_period"], one.about), caption, height=240)
    if one.suspicion == "drift":
        caption = "How far each column moved: 0.1 is little, 0.25 is much."
        return chart(moved(proof["columns"]), caption, height=24 * min(len(proof["columns"]), 12))
    if "formula" in proof:
        rows = [
            ["formula", tag("code", escape(proof["formula"]))],
            ["rows that it gets right", escape(f"{proof['rows_right']:,} of {proof['rows']:,}")],
            ["of those it says buy, bought", escape(percent(proof["precision"]))],
            ["of those that bought, found", escape(percent(proof["recall"]))],
        ]
        return table(["proof", ""], rows, class_="narrow")
    return Html("")


def _alone(diagnosis: Diagnosis) -> Html:
    values = diagnosis.to_result()["alone"]
    if not values:
        return Html("")
    caption = (
        f"The ROC-AUC of each column by itself, either way round, the highest first. From {LEAK} on it is a leak; in a table of"
        f" unknown origin {WARN} is worth a question (dashed lines)."
    )
    return section(
        "alone",
        "How well each column alone tells the buyers",
        chart(alone(values, WARN, LEAK), caption, height=24 * len(values)),
        lead="What is known beforehand ranks people a little; what the purchase wrote ranks them almost perfectly.",
    )


def _asked(diagnosis: Diagnosis) -> Html:
    rows = [[escape(one.suspicion), escape(one.question), escape(one.answer)] for one in diagnosis.asked]
    return section("asked", "What was asked", table(["suspicion", "question", "answer"], rows))
