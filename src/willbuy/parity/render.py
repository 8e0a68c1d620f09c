"""A proof for the terminal: the counts of each feature, the first values that differ, one sentence."""

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from willbuy.parity.proof import Proof


def render(proof: Proof) -> RenderableType:
    """What `willbuy parity` prints: the columns that differ, and the first values that do; of a clean proof a sentence."""
    parts: list[RenderableType] = [] if proof.clean else [_counts(proof), ""]
    if proof.first:
        parts += [_mismatches(proof), ""]
    return Group(*parts, Text(sentence(proof), style="bold green" if proof.clean else "bold red"))


def sentence(proof: Proof) -> str:
    """What was found, in one sentence."""
    values = sum(proof.compared.values())
    whose = f" of {proof.entities:,} entities" if proof.entities else ""
    if not proof.checked:
        return f"Nothing was compared: the log holds no event that run {proof.run} could be asked about."
    if proof.mismatches:
        names = sum(bool(count) for count in proof.differed.values())
        return (
            f"{proof.mismatches:,} of {values:,} values differ, in {names} of {len(proof.compared)} columns, at "
            f"{proof.checked:,} {proof.what}{whose}: run {proof.run} must not be served."
        )
    return (
        f"0 mismatches: {values:,} values of {len(proof.compared)} columns at {proof.checked:,} {proof.what}{whose} "
        "are the same live and in batch. "
        f"Wrote {proof.run}/parity.json"
    )


def _counts(proof: Proof) -> Table:
    table = Table(box=None, pad_edge=False)
    table.add_column("column")
    table.add_column("compared", justify="right")
    table.add_column("mismatches", justify="right")
    for name, differed in proof.differed.items():
        if differed:
            table.add_row(Text(name), f"{proof.compared[name]:,}", f"{differed:,}", style="bold red")
    return table


def _mismatches(proof: Proof) -> Table:
    table = Table(box=None, pad_edge=False, title="The first that differ", title_justify="left")
    for title in ("entity", "moment (UTC)", "column", "batch", "live"):
        table.add_column(title)
    for one in proof.first:
        cells = (
            one.entity,
            one.moment.isoformat(" ") if one.moment else "",
            one.feature,
            repr(one.batch),
            repr(one.live),
        )
        table.add_row(*(Text(cell) for cell in cells))
    return table
