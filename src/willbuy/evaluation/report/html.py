"""Small pieces of HTML. Whatever may have come from a user passes through `escape` on its way in."""

import html
import json
from collections.abc import Iterable, Sequence
from typing import Any, NewType

Html = NewType("Html", str)
"""Text that is HTML already: made here, or escaped."""


def escape(text: object) -> Html:
    """Any text, made harmless in content and in quoted attributes; a number is not torn from its percent sign.

    >>> escape('<b> & "c"'), escape("5 %") == "5\u00a0%"
    ('&lt;b&gt; &amp; &quot;c&quot;', True)
    """
    return Html(html.escape(str(text), quote=True).replace(" %", "\u00a0%"))


def join(parts: Iterable[str], between: str = "") -> Html:
    """Put pieces of HTML together."""
    return Html(between.join(parts))


def tag(name: str, *content: str, **attributes: str | None) -> Html:
    """An element; `class_` is class, and an attribute that is None is left out.

    >>> tag("p", escape("a < b"), class_="note")
    '<p class="note">a &lt; b</p>'
    """
    given = (
        f' {key.rstrip("_").replace("_", "-")}="{escape(value)}"'
        for key, value in attributes.items()
        if value is not None
    )
    return Html(f"<{name}{''.join(given)}>{''.join(content)}</{name}>")


def paragraph(text: object, class_: str | None = None) -> Html:
    """A paragraph of plain text."""
    return tag("p", escape(text), class_=class_)


def section(anchor: str, title: str, *content: str, lead: str = "") -> Html:
    """A section with a heading that can be linked to; `lead` says in a sentence what it shows."""
    intro = paragraph(lead, "lead") if lead else ""
    return tag("section", tag("h2", escape(title)), intro, *content, id=anchor)


def table(
    head: Sequence[str],
    rows: Iterable[Sequence[str]],
    *,
    numbers: Sequence[int] = (),
    marked: int | None = None,
    class_: str | None = None,
) -> Html:
    """A table. Cells are HTML; the columns in `numbers` stand to the right, the row `marked` is set off."""
    aligned = ["num" if column in numbers else None for column in range(len(head))]
    heading = tag(
        "tr", *(tag("th", escape(text), class_=a, scope="col") for text, a in zip(head, aligned, strict=True))
    )
    body = [
        tag(
            "tr",
            *(tag("td", cell, class_=a) for cell, a in zip(row, aligned, strict=True)),
            class_="marked" if number == marked else None,
        )
        for number, row in enumerate(rows)
    ]
    return tag(
        "div", tag("table", tag("thead", heading), tag("tbody", *body), class_=class_), class_="scroll"
    )


def details(summary: str, *content: str) -> Html:
    """What only some readers want to see: folded, and unfolded in print."""
    return tag("details", tag("summary", escape(summary)), *content)


def chart(spec: dict[str, Any], caption: str, *, height: int) -> Html:
    """A place for a chart, its spec beside it, and words for who cannot see it."""
    data = json.dumps(spec, allow_nan=False, separators=(",", ":")).replace("<", "\\u003c")
    plot = tag("div", class_="plot", role="img", aria_label=caption, style=f"min-height:{height}px")
    script = Html(f'<script type="application/json">{data}</script>')
    return tag("figure", plot, script, tag("figcaption", escape(caption)), data_chart="")


def stacked(main: str, *below: str) -> Html:
    """A figure with its interval, and what else there is to it, in small letters below it."""
    return Html(f"{escape(main)}{''.join(f'<small>{escape(line)}</small>' for line in below if line)}")
