"""The commented shop file that `willbuy init` writes for a table: every column with its role, and why."""

from collections.abc import Iterator
from pathlib import Path

from willbuy.events.look.write import refuse_existing, relative, write_tried
from willbuy.shop import load_any, presets
from willbuy.shop.toml import comment, key, quoted, value
from willbuy.tables.look.sight import ColumnSight, TableSight
from willbuy.tables.look.words import base_rate, facts


def write_table_file(sight: TableSight, path: Path, force: bool = False) -> None:
    """Write the shop file: complete under its name, or not there. Raises ShopError if one is there already."""
    refuse_existing(path, force)
    write_tried(path, table_text(sight, path.parent), load_any)


def table_text(sight: TableSight, folder: Path) -> str:
    """The shop file's text; `folder` is where it will lie, to which file names are relative."""
    blocks = (_head(sight), _table(sight, folder), _columns(sight), _rest())
    return "\n".join("\n".join(block) + "\n" for block in blocks)


def _head(sight: TableSight) -> Iterator[str]:
    yield comment("What willbuy needs to know about this table. Every key is explained in docs/shop-file.md.")
    yield comment(f"Seen: {sight.rows:,} rows, {len(sight.columns):,} columns. {base_rate(sight)}.")
    yield from (comment(note) for note in sight.notes)


def _table(sight: TableSight, folder: Path) -> Iterator[str]:
    table = sight.table
    yield "[table]"
    yield comment("Relative to this file; a glob such as tables/*.csv takes many.")
    yield f"files = {value([relative(file, folder) for file in sight.files])}"
    if sight.preset is not None:
        yield comment(f"A known table: {sight.preset_why}. What it stands for is in docs/shop-file.md.")
        yield f"preset = {quoted(sight.preset)}"
    yield comment(
        "The column that says who bought, and the values that mean it (spellings of true otherwise)."
    )
    yield f"target = {quoted(table.target)}"
    yield from (
        f"{name} = {value(getattr(table, name))}" for name in ("buys", "others") if getattr(table, name)
    )
    yield comment("The entity: rows of one are never parted by chance. Without it each row is its own.")
    yield f"id = {quoted(table.id)}" if table.id else comment('id = "customer_id"')
    yield from _order(sight)
    for name in ("format", "encoding", "delimiter", "decimal"):
        if getattr(table, name) is not None:
            yield f"{name} = {quoted(getattr(table, name))}"


def _order(sight: TableSight) -> Iterator[str]:
    table = sight.table
    yield comment(
        "The column that orders the rows in time: the newest are the test. Without it the test is drawn at"
    )
    yield comment("random, which tells nothing about the future.")
    if table.order is None:
        yield comment('order = "month"')
        return
    yield f"order = {quoted(table.order)}"
    if table.order_values:
        yield f"order_values = {value(table.order_values)}"
    if table.test_from is not None:
        yield f"test_from = {value(table.test_from)}"


def _columns(sight: TableSight) -> Iterator[str]:
    beneath = presets.get_table(sight.preset).table["columns"] if sight.preset else {}
    yield comment(
        "role: number, flag, category or ignore. known: when the value is known as against the moment of the score"
    )
    yield comment(
        "(before, after or unknown); only you can say. missing: what stands where there is none (keep, median,"
    )
    yield comment("mean, zero, most_frequent, or a value).")
    yield "[table.columns]"
    for column in sight.columns:
        keys = sight.table.columns.get(column.name)
        if keys is None:
            continue
        shown = {"role": keys.role, "known": keys.known, "missing": keys.missing}
        line = f"{key(column.name)} = {value(shown)}  {_why(column, sight.rows)}"
        yield line if column.name not in beneath else comment(line)


def _why(column: ColumnSight, rows: int) -> str:
    return comment("; ".join((column.why, *facts(column, rows))))


def _rest() -> Iterator[str]:
    yield comment(
        "Also: [table] split, repeats, recipe, scale; [shop] name; [train] candidates, metric; [offer] threshold; ..."
    )
