"""How columns go together: Pearson below the diagonal, Spearman above it."""

from typing import Any

from willbuy.evaluation.report.html import Html, paragraph
from willbuy.explore.charts import heat
from willbuy.explore.correlation import LABEL
from willbuy.explore.sections.shown import shown

MOST = 60


def correlated(found: dict[str, Any], sample: str) -> Html:
    """The chart with its sentence and its warning. The label and the columns that go most with it, where there are many."""
    names = _names(found)
    place = {name: number for number, name in enumerate(found["names"])}
    rows = []
    for down, y in enumerate(names):
        for across, x in enumerate(names):
            which = "pearson" if across < down else "spearman"
            value = found[which][place[y]][place[x]]
            if across != down and value is not None:
                rows.append({"x": x, "y": y, "value": value, "which": which.capitalize()})
    left = len(found["names"]) - len(names)
    cut = f" The {MOST} columns that go most with the label; {left} more are in --json." if left else ""
    fixed = f" Left out, as they do not vary: {', '.join(found['constant'])}." if found["constant"] else ""
    reading = f"Below the diagonal Pearson, above it Spearman. {sample}{cut}{fixed}"
    drawn = heat.square(rows, names) if len(names) > 1 else None
    chart = shown("Correlations", found["says"], drawn, reading, height=heat.square_height(names))
    return Html(chart + paragraph(found["warns"], "warn"))


def _names(found: dict[str, Any]) -> list[str]:
    with_label = dict(zip(found["names"], found["spearman"][0], strict=True))
    best = sorted(
        (name for name in found["names"] if name != LABEL), key=lambda name: -abs(with_label[name] or 0.0)
    )
    kept = {LABEL, *best[:MOST]}
    return [name for name in found["names"] if name in kept]
