"""Make docs/shop-file.md from the shop file's model. `--write` writes it; without, tell whether it is current."""

import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from willbuy.shop import ColumnKeys, Shop, Source, SourceRule, SourceTime, Table, TableShop, presets, toml

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "shop-file.md"

COLUMN = "table.columns.NAME"

INTRODUCTION = """# The shop file, key by key

Everything that you decide stands in one file, `shop.toml`. `willbuy init events.csv` looks at your log and writes it, with
a comment at every decision; this page explains each key. It is made from the code by `make docs`; a test fails when it is
not current, and another one loads every example.

The smallest file names a log that willbuy knows and a question:

```toml
[source]
files = ["events.csv"]
preset = "retailrocket"

[target]
within = "7d"
```

A log of your own says which column holds what, what its names mean, and how it writes its times:

```toml
[shop]
zone = "Europe/Berlin"

[source]
files = ["logs/*.csv.gz"]
columns = { entity = "cookie", time = "when", kind = "what", item = "sku", price = "net" }
kinds = { view = ["page"], cart = ["basket"], purchase = ["order", "reorder"] }
time = { unit = "text", format = "%d.%m.%Y %H:%M", zone = "Europe/Berlin" }

[target]
within = "14d"
```

A table has one row a session or customer and no events; its file has `[table]` instead of `[source]` and `[target]`, and
`willbuy init table.csv --target Revenue` writes it:

```toml
[table]
files = ["online_shoppers_intention.csv"]
preset = "online_shoppers"
```

Every key has a default but the source and the target. Spans of time are whole numbers with a unit: `90s`, `30m`, `12h`,
`7d`, `2w`; a day is always 24 hours. A mistake is answered with one line that names the key, the value, what was expected
and the nearest right spelling:

```text
shop.toml: unknown key target.withn. Did you mean 'within'? Known here: kind, within.
shop.toml: shop.zone = 'Europe/Lodnon': expected the name of a zone, such as 'UTC' or 'Europe/London'. Did you mean 'Europe/London'?
```
"""

PRESETS = """## The presets

`preset = "NAME"` stands for the keys below; what your file says besides wins over them. The defaults hold where your file
says nothing at all about that key (for the population: about that section); with `within = "session"` only those of
`[shop]` do. The target is always yours to say; `willbuy init` proposes the one shown.
"""


def tables() -> Iterator[tuple[str, type[BaseModel]]]:
    """The tables of the file with their models, in the order of the page."""
    for name in (*Shop.sections(), "table"):
        fields = TableShop.model_fields if name == "table" else Shop.model_fields
        model = fields[name].annotation
        if isinstance(model, type) and issubclass(model, BaseModel):
            yield name, model
            if model is Source:
                yield "source.time", SourceTime
                yield "source.rules", SourceRule
            if model is Table:
                yield COLUMN, ColumnKeys


def reference() -> str:
    """The whole page."""
    sections = ["\n".join(_section(name, model)) for name, model in tables()]
    return "\n".join(
        [
            INTRODUCTION,
            *sections,
            PRESETS,
            *("\n".join(_preset(name)) for name in presets.names()),
            *("\n".join(_table_preset(name)) for name in presets.table_names()),
        ]
    )


def example(table: str, key: str, field: FieldInfo) -> str:
    """A key's example as a piece of a shop file.

    >>> print(example("target", "within", Shop.model_fields["target"].annotation.model_fields["within"]))
    [target]
    within = "7d"
    """
    content = (field.examples or [None])[0]
    if table == "source.rules":
        rule = dict(SourceRule(column="InvoiceNo", starts_with="C", kind="other", name="cancellation"))
        if key == "at_most":
            rule["starts_with"] = None
        whole = {name: value for name, value in (rule | {key: content}).items() if value is not None}
        return f"[[source.rules]]\n{_keys(whole)}"
    if table == COLUMN and not isinstance(content, Mapping):
        role = {"role": "category" if content == "category" else "number"}
        return f"[table.columns.PageValues]\n{_keys(role | {key: content})}"
    if key == "columns" and table == "table":
        return "\n".join(f"[table.columns.{name}]\n{_keys(keys)}" for name, keys in content.items())
    if isinstance(content, Mapping):
        beside = key in content  # an example that stands only with other keys of its table
        table = table.replace("NAME", "PageValues")
        return f"[{table}]\n{_keys(content)}" if beside else f"[{table}.{key}]\n{_keys(content)}"
    if isinstance(content, list) and isinstance(content[0], Mapping):
        return f"[[{table}.{key}]]\n{_keys(content[0])}"
    return f"[{table}]\n{key} = {toml.value(content)}"


def _section(table: str, model: type[BaseModel]) -> Iterator[str]:
    brackets = f"[[{table}]]" if table == "source.rules" else f"[{table}]"
    yield f"## {brackets}\n\n{_paragraphs(model.__doc__ or '')}\n"
    for key, field in model.model_fields.items():
        yield f"### {table}.{key}\n\n{field.description} {_default(field)}\n"
        yield f"```toml\n{example(table, key, field)}\n```\n"


def _default(field: FieldInfo) -> str:
    if field.is_required():
        return "Required."
    if field.default is None or field.default in ((), {}) or isinstance(field.default, BaseModel):
        return "Default: none."
    return f"Default: `{toml.value(field.default)}`."


def _preset(name: str) -> Iterator[str]:
    preset = presets.get(name)
    yield f"### {name}\n\n{preset.title}. Recognised by its columns: {', '.join(f'`{c}`' for c in preset.columns)}.\n"
    yield f"```toml\n[source]\n{_keys(preset.source)}"
    for section, keys in preset.defaults.items():
        yield f"\n[{section}]\n{_keys(keys)}"
    yield "```\n"


def _table_preset(name: str) -> Iterator[str]:
    preset = presets.get_table(name)
    found = (
        f"Recognised by its columns: {', '.join(f'`{c}`' for c in preset.columns)}." if preset.columns else ""
    )
    yield f"### {name}\n\n{preset.title}. {found or 'It is named, never recognised.'}\n"
    own = {key: value for key, value in preset.table.items() if key != "columns"}
    yield f"```toml\n[table]\n{_keys(own)}\n\n[table.columns]\n{_keys(preset.table['columns'])}\n```\n"


def _keys(content: Mapping[str, Any]) -> str:
    return "\n".join(f"{toml.key(key)} = {toml.value(value)}" for key, value in content.items())


def _paragraphs(text: str) -> str:
    return "\n".join(line.strip() for line in text.strip().splitlines())


def main() -> int:
    """Write the page, or return 1 where it is not current."""
    page = reference()
    if "--write" in sys.argv[1:]:
        PAGE.write_text(page, encoding="utf-8")
        return 0
    current = PAGE.exists() and PAGE.read_text(encoding="utf-8") == page
    if not current:
        sys.stderr.write("docs/shop-file.md is not what the model says. Run: make docs\n")
    return 0 if current else 1


if __name__ == "__main__":
    sys.exit(main())
