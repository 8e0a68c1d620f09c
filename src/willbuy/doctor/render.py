"""A diagnosis for the terminal: what stops training first, each finding with its proof and its way out, then what was asked."""

from rich.console import Group, RenderableType
from rich.markup import escape
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from willbuy.doctor.diagnosis import Diagnosis
from willbuy.doctor.finding import Finding
from willbuy.evaluation.result.doctor import idle_words

STYLES = {"leak": "bold red", "change": "bold red", "warning": "bold yellow", "note": "bold"}


def render(diagnosis: Diagnosis) -> RenderableType:
    """What `willbuy doctor` prints."""
    return Group(
        Text(headline(diagnosis), style=STYLES["leak"] if diagnosis.stopping else "bold green"),
        Text(f"Examined: {diagnosis.sample}.", style="dim"),
        "",
        *(_finding(one, diagnosis.accept.get(one.name)) for one in diagnosis.findings),
        *(Text(idle_words(name)) for name in diagnosis.idle),
        _asked(diagnosis),
    )


def headline(diagnosis: Diagnosis) -> str:
    """The answer in one sentence.

    >>> headline(Diagnosis())
    'No leak found.'
    """
    stopping, accepted = (
        diagnosis.stopping,
        [one for one in diagnosis.findings if one.name in diagnosis.accept],
    )
    if stopping:
        return f"{_some(len(stopping), 'finding')} that the shop file does not accept: training would stop."
    if accepted:
        return f"No leak found but {_some(len(accepted), 'finding')} that the shop file accepts."
    return "No leak found."


def _finding(one: Finding, reason: str | None) -> RenderableType:
    said = [Text(one.sentence), Text(one.remedy + ".", style="dim")]
    if reason is not None:
        said.append(Text(f"Accepted: {reason}", style="italic"))
    head = Text.assemble((one.grade, STYLES[one.grade]), "  ", (one.name, "bold"))
    return Group(head, Padding(Group(*said), (0, 0, 1, 2)))


def _asked(diagnosis: Diagnosis) -> Table:
    table = Table(box=None, header_style="dim", pad_edge=False, padding=(0, 2, 0, 0))
    for head in ("asked", "", "answer"):
        table.add_column(head)
    for one in diagnosis.asked:
        table.add_row(escape(one.suspicion), escape(one.question), escape(one.answer))
    return table


def _some(count: int, thing: str) -> str:
    return f"1 {thing}" if count == 1 else f"{count} {thing}s"
