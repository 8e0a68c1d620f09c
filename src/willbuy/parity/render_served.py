"""Answers computed again, for the terminal: what differs by column, the first of it, a sentence."""

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from willbuy.parity.differences import KINDS, Served


def render_served(served: Served) -> RenderableType:
    """What `willbuy parity --served` prints."""
    parts: list[RenderableType] = []
    if served.differences:
        parts += [_differences(served), ""]
    if served.first:
        parts += [_first_served(served), ""]
    return Group(*parts, Text(sentence_of(served), style="bold green" if served.clean else "bold red"))


def sentence_of(served: Served) -> str:
    """What was found of the answers, in one sentence or two."""
    counts = ", ".join(f"{kind} {served.count(kind):,}" for kind in KINDS)
    said = [
        f"{counts}: {_of(served.values, 'value')} of {_of(served.answers, 'answer')} computed again from the log."
    ]
    if served.on_the_way:
        said.append(
            f"{_of(served.on_the_way, 'answer')} {_is(served.on_the_way)} right without an event that had been received up to {served.longest:.3f} s before, "
            "and was not synced yet."
        )
    if served.unknown:
        said.append(
            f"{_of(served.unknown, 'answer')} {_is(served.unknown)} of visitors that the log does not hold."
        )
    if served.others:
        said.append(
            f"{_of(served.others, 'answer')} of versions that no run here has {'was' if served.others == 1 else 'were'} left out."
        )
    if not served.clean:
        said.append("If the service has received events since the last ingest: willbuy ingest --live")
    return " ".join(said)


def _of(number: int, thing: str) -> str:
    """So many things, in words.

    >>> _of(1, "answer"), _of(2000, "answer")
    ('1 answer', '2,000 answers')
    """
    return f"{number:,} {thing}{'' if number == 1 else 's'}"


def _is(number: int) -> str:
    return "is" if number == 1 else "are"


def _differences(served: Served) -> Table:
    table = Table(box=None, pad_edge=False)
    table.add_column("column")
    for kind in KINDS:
        table.add_column(kind, justify="right")
    for name in dict.fromkeys(name for _, name in served.differences):
        table.add_row(Text(name), *(f"{served.differences[kind, name]:,}" for kind in KINDS))
    return table


def _first_served(served: Served) -> Table:
    table = Table(box=None, pad_edge=False, title="The first that differ", title_justify="left")
    for title in ("entity", "moment (UTC)", "column", "served", "log"):
        table.add_column(title)
    for one in served.first:
        cells = (one.entity, one.moment.isoformat(" "), one.feature, repr(one.served), repr(one.log))
        table.add_row(*(Text(cell) for cell in cells))
    return table
