"""A whole page: head, styles, the drawing library. Nothing is fetched from anywhere."""

from functools import cache
from importlib import resources
from pathlib import Path

from willbuy.evaluation.report.html import Html, escape, paragraph, tag


def document(
    title: str,
    header: Html,
    body: str,
    footer: Html,
    without_scripts: str = "The charts need JavaScript; every figure stands in the tables as well.",
) -> str:
    """The page as text: a title, its header, the sections, the line at its end, and what to say where no chart is drawn."""
    return "\n".join(
        [
            "<!doctype html>",
            '<html lang="en">',
            "<head>",
            '<meta charset="utf-8">',
            '<meta name="viewport" content="width=device-width, initial-scale=1">',
            '<meta name="color-scheme" content="light dark">',
            tag("title", escape(title)),
            f"<style>{_own('page.css')}</style>",
            "</head>",
            "<body>",
            header,
            f"<main>{body}</main>",
            tag("footer", footer),
            tag("noscript", paragraph(without_scripts, "warn")),
            f"<script>{_drawing_library()}</script>",
            f"<script>{_own('page.js')}</script>",
            "</body>",
            "</html>",
        ]
    )


def write_whole(page: str, path: Path) -> None:
    """Write a page: it appears whole under its name, or not at all."""
    unfinished = path.with_name(f".{path.name}.part")
    try:
        unfinished.write_text(page, encoding="utf-8")
        unfinished.replace(path)
    finally:
        unfinished.unlink(missing_ok=True)


def _own(name: str) -> str:
    return resources.files("willbuy.evaluation.report").joinpath(name).read_text(encoding="utf-8")


@cache
def _drawing_library() -> str:
    """Vega, Vega-Lite and their embedder as one script, out of the installed vl-convert."""
    import vl_convert

    bundle: str = vl_convert.javascript_bundle("window.vegaEmbed = vegaEmbed;")
    return bundle.replace("</script", "<\\/script")
