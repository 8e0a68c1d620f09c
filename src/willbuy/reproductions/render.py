"""A reproduction as people read it: for each set of rows one table, then what was wrong, in sentences."""

from collections.abc import Sequence
from textwrap import fill

from willbuy.evaluation.result.metrics import Estimate
from willbuy.evaluation.words import NONE, figure, interval, signed, signed_interval
from willbuy.reproductions.result import METRICS, Reproduction, Row

WIDTH = 110
NAMES = {
    "roc_auc": "ROC-AUC",
    "average_precision": "average precision",
    "log_loss": "log loss",
    "ece": "ECE",
    "predicted_over_actual": "predicted/actual",
    "precision": "precision",
    "recall": "recall",
    "f1": "F1",
    "highest": "highest score",
    "distance": "distance from the truth",
}


def as_text(found: Reproduction) -> str:
    """For the terminal."""
    lines = [found["title"], "", *_wrapped(f"Published ({found['source']}): {found['method']}")]
    lines += [f"{data['source']}: {_rows(data['rows'], data['positives'])}" for data in found["data"]]
    for on in _places(found):
        table = _table(found, on)
        widths = [max(len(line[place]) for line in table) for place in range(len(table[0]))]
        lines += ["", _headed(found, on)]
        lines += [
            "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip()
            for line in table
        ]
    lines += ["", "What was wrong"]
    for wrong in found["wrong"]:
        lines += _wrapped(f"- {wrong['words']}", indent="  ")
    return "\n".join(
        [*lines, "", *_wrapped(found["verdict"]), "", "Ranges are 95 % intervals of the bootstrap."]
    )


def as_markdown(found: Reproduction) -> str:
    """For a page: a section."""
    lines = [f"### {found['title']}", "", f"Published ({found['source']}): {found['method']}", ""]
    lines += [f"- {data['source']}: {_rows(data['rows'], data['positives'])}" for data in found["data"]]
    for on in _places(found):
        head, *rest = (f"| {' | '.join(line)} |" for line in _table(found, on))
        dashes = "|---|---|" + "--:|" * (head.count("|") - 3)
        lines += ["", f"**{_headed(found, on)}**", "", head, dashes, *rest]
    lines += ["", "What was wrong:", "", *(f"- {wrong['words']}" for wrong in found["wrong"])]
    return "\n".join([*lines, "", found["verdict"], ""])


def _wrapped(text: str, indent: str = "") -> list[str]:
    return fill(text, WIDTH, subsequent_indent=indent, break_on_hyphens=False).splitlines()


def _rows(rows: int, positives: int) -> str:
    return f"{rows:,} rows, {positives:,} bought"


def _all(found: Reproduction) -> list[tuple[str, Row]]:
    parts: list[tuple[str, Sequence[Row]]] = [
        ("published", found["published"]),
        ("reproduced", found["reproduced"]),
        ("rule", found["rules"]),
        ("ours", found["ours"]),
    ]
    return [(row.get("kind", kind), row) for kind, rows in parts for row in rows]


def _places(found: Reproduction) -> list[str]:
    return list(dict.fromkeys(row["on"] for _, row in _all(found)))


def _headed(found: Reproduction, on: str) -> str:
    counts = {_rows(row["n"], row["positives"]) for _, row in _all(found) if row["on"] == on and "n" in row}
    return f"{on[0].upper()}{on[1:]}{': ' if counts else ''}{'; '.join(sorted(counts))}"


def _table(found: Reproduction, on: str) -> list[list[str]]:
    """Heads, then a line a row: kind, who, and every metric that one of the rows has."""
    rows = [(kind, row) for kind, row in _all(found) if row["on"] == on]
    named = dict.fromkeys(name for _, row in rows for name in row["figures"])
    metrics = [name for name in METRICS if name in named] + [name for name in named if name not in METRICS]
    heads = ["", "", *(NAMES.get(name, name.replace("_", " ")) for name in metrics)]
    return [heads, *([kind, _who(row), *(_cell(kind, row, name) for name in metrics)] for kind, row in rows)]


def _who(row: Row) -> str:
    return f"{row['who']} ({row['note']})" if "note" in row else row["who"]


def _cell(kind: str, row: Row, metric: str) -> str:
    found: Estimate | None = row["figures"].get(metric)
    if found is None or found["value"] is None:
        return NONE
    if row.get("difference"):
        return f"{signed(found['value'])} ({signed_interval(found)})"
    bounds = interval(found)
    if bounds != NONE:
        return f"{figure(found['value'])} ({bounds})"
    # What was published, and what is held against it, has as many digits as were given
    exact = kind == "published" or (kind == "reproduced" and metric not in ("highest", "distance"))
    return f"{found['value']:.6g}" if exact else figure(found["value"])
