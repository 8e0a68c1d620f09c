"""What the doctor found: each finding with its proof, what is accepted and why, and what was asked in vain."""

from willbuy.evaluation.report.html import Html, details, escape, join, paragraph, section, table, tag
from willbuy.evaluation.result.doctor import DoctorResult, FindingResult, idle_words
from willbuy.evaluation.result.run import Result
from willbuy.evaluation.words import as_sentence

LEAD = (
    "Before anything was tuned, the training rows were searched for columns that know the outcome beforehand. A leak stops"
    " training unless the shop file accepts it with a reason."
)


def doctor(result: Result) -> Html:
    """The section; nothing where the doctor was not asked."""
    found = result.get("doctor")
    if not found:
        return Html("")
    return section("doctor", "What the doctor found", findings(found), asked(found), lead=LEAD)


def findings(found: DoctorResult) -> Html:
    """Each finding, the gravest first, and the acceptances that accept nothing any more."""
    if not found["findings"]:
        said = [paragraph("Nothing was found.")]
    else:
        said = [tag("ul", *(tag("li", _finding(one)) for one in found["findings"]), class_="claims")]
    return join([*said, *(paragraph(idle_words(name), "note") for name in found["idle"])])


def asked(found: DoctorResult) -> Html:
    """What was asked, folded."""
    rows = [
        [escape(one["suspicion"]), escape(one["question"]), escape(one["answer"])] for one in found["asked"]
    ]
    examined = paragraph(f"Examined: {found['sample']}.", "note")
    return details("What was asked", table(["suspicion", "question", "answer"], rows), examined)


def _finding(one: FindingResult) -> Html:
    reason = one["accepted"]
    accepted = tag("span", f"Accepted: {escape(reason)}", class_="badge") if reason is not None else ""
    head = tag("strong", escape(f"{one['grade'].capitalize()}: {one['name']}."))
    said = (as_sentence(one["words"]), as_sentence(one["remedy"]))
    return join([head, *(tag("span", " ", escape(text)) for text in said), " ", accepted])
