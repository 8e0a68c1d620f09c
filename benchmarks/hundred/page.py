"""The figures as text, and as a section with a chart of docs/hundred-million.md."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from benchmarks.house.page import table, write_into
from benchmarks.hundred.growth import STAGES

MARKS = ("<!-- figures: written by hundred_million.py -->", "<!-- end of figures -->")
PICTURE = "hundred-million.svg"


def text(found: Mapping[str, Any]) -> str:
    """A table of stages by size, one of claims, and a sentence a size."""
    head = [
        "stage",
        *(
            f"{size['events'] / 1e6:g} M: {what}"
            for size in found["sizes"]
            for what in ("wall s", "CPU s", "GB")
        ),
    ]
    rows = [tuple(head)]
    for stage in STAGES:
        row = [stage]
        for size in found["sizes"]:
            figures = size["stages"].get(stage)
            row += (
                ["–"] * 3
                if figures is None
                else [f"{figures['wall']:,.0f}", f"{figures['cpu']:,.0f}", f"{figures['peak'] / 1e9:.2f}"]
            )
        rows.append(tuple(row))
    claims = [("bar", "found", "asked", "met")]
    claims += [
        (
            claim["text"],
            f"{claim['value']:.2f} {claim['unit']}",
            f"at most {claim['bar']:g} {claim['unit']}",
            "yes" if claim["passed"] else "NO",
        )
        for claim in found["claims"]
    ]
    return "\n\n".join([table(rows), *map(_sentence, found["sizes"]), table(claims)])


def _sentence(size: Mapping[str, Any]) -> str:
    facts, stages = size["facts"], size["stages"]
    if "log" not in facts:
        return f"{size['events'] / 1e6:g} M: not finished."
    disk = max(figures["disk"] for figures in stages.values())
    loads = [figures["load"] for figures in stages.values()]
    rows = sum(n for n, _ in facts["parts"].values())
    again = ""
    if size["again"]:
        again = f" Begun again after a kill, so that their times are of what was left: {', '.join(size['again'])}."
    return (
        f"{size['events'] / 1e6:g} M: {facts['log']['accepted']:,} events of {facts['log']['entities']:,} visitors; {facts['snapshots']:,} snapshots "
        f"of {facts['features']} features at {facts['anchors']} anchors, {rows:,} of them learnt from and tested on; {facts['scored']:,} scored. "
        f"Average precision {facts['model']:.4f}, of the true probabilities {facts['truth']:.4f}. At most {disk / 1e9:.1f} GB on disk; "
        f"load {min(loads):.1f} to {max(loads):.1f}.{again}"
    )


def write(page: Path, found: Mapping[str, Any]) -> None:
    """Write the figures between the marks of the page, and the chart beside it."""
    _chart(found).save(str(page.with_name(PICTURE)))
    write_into(
        page,
        [f"![CPU seconds and memory of each stage, by millions of events]({PICTURE})", text(found)],
        MARKS,
    )


def _chart(found: Mapping[str, Any]) -> Any:
    """CPU seconds by size, both logarithmic, a line a stage: a slope of one is linear growth. Beside it peak memory."""
    import altair as alt

    rows = [
        {
            "millions": size["events"] / 1e6,
            "stage": stage,
            "cpu": figures["cpu"],
            "memory": figures["peak"] / 1e9,
        }
        for size in found["sizes"]
        for stage, figures in size["stages"].items()
    ]
    base = (
        alt.Chart(alt.InlineData(values=rows))
        .mark_line(point=True)
        .encode(
            x=alt.X("millions:Q", title="million events", scale=alt.Scale(type="log")),
            color=alt.Color("stage:N", sort=list(STAGES), title=None),
        )
    )
    seconds = base.encode(y=alt.Y("cpu:Q", title="CPU seconds", scale=alt.Scale(type="log")))
    memory = base.encode(y=alt.Y("memory:Q", title="peak memory, GB", scale=alt.Scale(domain=[0, 8])))
    return alt.hconcat(seconds.properties(width=300, height=240), memory.properties(width=300, height=240))
