"""Which columns a log has, which preset it is, and which column holds what."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from willbuy.errors import SourceError, did_you_mean, listed
from willbuy.events import presets
from willbuy.events.canonical import FIELDS
from willbuy.events.look import columns as guessing
from willbuy.events.look.recognise import recognise
from willbuy.events.look.sight import Choice
from willbuy.events.look.sniff import Shape, sniff
from willbuy.shop import Source


@dataclass(frozen=True)
class Layout:
    """The columns of a log. `whole` is `declared` with its preset and the guessed columns filled in."""

    shapes: tuple[Shape, ...]
    header: tuple[str, ...]
    has_header: bool
    declared: Source
    whole: Source
    preset: Choice | None
    columns: dict[str, Choice]


def lay_out(paths: Sequence[Path], declared: Source) -> Layout:
    """Look at the beginning of every file. Raises SourceError where they differ or a column cannot be told."""
    base = presets.overlay(declared)
    shapes = tuple(sniff(path, base.encoding, base.delimiter or declared.delimiter) for path in paths)
    rows = shapes[0].rows
    preset = Choice(declared.preset, "declared") if declared.preset else None
    if preset is None and not declared.columns and not declared.header:
        preset = recognise(rows)
        declared = declared.model_copy(update={"preset": preset.value}) if preset else declared
    whole = presets.overlay(declared)
    header, has_header = _header(shapes[0], whole, preset)
    chosen = {
        field: Choice(column, "declared" if field in declared.columns else "")
        for field, column in whole.columns.items()
    }
    if preset is None:
        body = rows[1:] if has_header else rows
        given = {**whole.columns, **({"kind": ""} if whole.kind else {})}
        chosen.update(guessing.guess(header, body, given))
    guessing.require(chosen, header)
    whole = whole.model_copy(
        update={"columns": {field: chosen[field].value for field in FIELDS if field in chosen}}
    )
    layout = Layout(shapes, header, has_header, declared, whole, preset, chosen)
    _check_columns(layout)
    for shape in shapes[1:]:
        _check_same(layout, shape)
    return layout


def needed(layout: Layout) -> dict[str, str]:
    """Columns to read: canonical field or `rule0`, `rule1`, ... -> column of the file."""
    rules = {f"rule{number}": rule.column for number, rule in enumerate(layout.whole.rules)}
    return {**layout.whole.columns, **rules}


def _header(shape: Shape, whole: Source, preset: Choice | None) -> tuple[tuple[str, ...], bool]:
    first = shape.rows[0]
    if shape.format != "csv" or (whole.columns and set(whole.columns.values()) <= set(first)):
        return first, True
    if whole.header is not None:
        if not whole.columns and set(whole.header) <= set(first):
            return first, True
        if len(first) == len(whole.header) and not guessing.looks_like_header(first):
            return whole.header, False
    elif preset is not None or guessing.looks_like_header(first):
        return first, True
    if whole.header is None:
        raise SourceError(
            f"{shape.path}: the first line is no header: its {len(first)} fields look like values. Add a line of column names, "
            f"or say them: --header {','.join(f'column{i + 1}' for i in range(min(len(first), 3)))},..."
        )
    if len(first) == len(whole.header):
        return (
            first,
            True,
        )  # a header line with other names: the check of the columns names the one that lacks
    raise SourceError(
        f"{shape.path}: the first line has {len(first)} fields, source.header names {len(whole.header)}: "
        f"{listed(whole.header)}."
    )


def _check_columns(layout: Layout) -> None:
    path = layout.shapes[0].path
    for name, column in needed(layout).items():
        times = layout.header.count(column)
        if times == 1:
            continue
        key = "source.rules" if name.startswith("rule") else f"source.columns.{name}"
        if times > 1:
            raise SourceError(f"{path}: {times} columns are called {column!r} ({key}). Rename all but one.")
        raise SourceError(
            f"{path}: no column {column!r} ({key}). It has: {listed(layout.header)}."
            f"{did_you_mean(column, layout.header)}{_other_preset(layout)}"
        )


def _other_preset(layout: Layout) -> str:
    """That a file is another known log than the one declared."""
    other = recognise(layout.shapes[0].rows) if layout.preset else None
    return f" It {other.why}: --preset {other.value}" if other and layout.preset != other else ""


def _check_same(layout: Layout, shape: Shape) -> None:
    first = layout.shapes[0]
    if shape.format != first.format:
        raise SourceError(
            f"{shape.path} is {shape.format}, {first.path} is {first.format}. Name files of one format."
        )
    if shape.format == "csv" and (shape.delimiter, shape.encoding) != (first.delimiter, first.encoding):
        raise SourceError(
            f"{shape.path} has delimiter {shape.delimiter!r} and encoding {shape.encoding}, {first.path} has "
            f"{first.delimiter!r} and {first.encoding}. Name files that are written alike."
        )
    if shape.format == "csv" and layout.has_header and shape.rows[0] != first.rows[0]:
        raise SourceError(f"{shape.path} has another header line than {first.path}. Name files of one shape.")
    if shape.format == "csv" and not layout.has_header and len(shape.rows[0]) != len(layout.header):
        raise SourceError(
            f"{shape.path} has {len(shape.rows[0])} columns, {first.path} has {len(layout.header)}."
        )
    lacking = [
        column
        for column in needed(layout).values()
        if shape.format == "parquet" and column not in shape.rows[0]
    ]
    if lacking:
        raise SourceError(
            f"{shape.path} has no column {lacking[0]!r}, {first.path} has. Name files of one shape."
        )
