"""Names are only names: 200 that mean something to SQL, TOML, shells, markup or paths, as columns and as kinds."""

import csv
import io
import itertools
from collections.abc import Sequence
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console

from events.look.logs import csv_log
from events.look.test_agrees_with_ingest import compare
from willbuy.events.look import look, render, shop_text
from willbuy.shop import load_shop, make_source, toml

CORES = (
    "'; DROP TABLE looked; --", '"; DROP TABLE looked; --', "') OR 1=1 --", "*/ SELECT 1 /*", "c0", "looked", "time",
    "select", "asof", "read_csv('x')", "COPY looked TO 'x'", "ATTACH 'x'", "${HOME}", "$(id)", "{0}", "%s", "%(x)s",
    "\\", "\\u0041", "'''", '"""', "[table]", "# comment", "= 1", "../../x", "C:\\x", "[bold]x[/bold]", "[/]", "<b>x</b>",
    "=cmd|' /C calc'!A0", "a\tb", "naïve", "名前", "\u202eabc", "\u00a0", "😀", "a" * 300, " padded ", "NULL", "1e5",
)  # fmt: skip
WRAPS = ("{}", "x{}", "{}x", '"{}', "'{}")
NAMES = list(dict.fromkeys(wrap.format(core) for core, wrap in itertools.product(CORES, WRAPS)))


def row(fields: Sequence[str]) -> str:
    """A CSV line."""
    out = io.StringIO()
    csv.writer(out, lineterminator="").writerow(fields)
    return out.getvalue()


def test_there_are_two_hundred() -> None:
    assert len(NAMES) == 200


def test_as_names_of_columns(tmp_path: Path) -> None:
    for start in range(0, 200, 40):
        folder = tmp_path / str(start)
        folder.mkdir()
        names = [name for name in NAMES[start:] + NAMES[:start] if not name[:1].isdigit()]
        mapped = dict(zip(("entity", "time", "kind", "item", "price"), names, strict=False))
        filler = ["0"] * (len(names) - 5)
        lines = [row([*line.split(","), *filler]) for line in csv_log(header="", days=12).splitlines()]
        (folder / "log.csv").write_text("\n".join([row(names), *lines]) + "\n", encoding="utf-8")
        assert compare(folder, [folder / "log.csv"], zone="UTC", columns=mapped) == {}
        assert load_shop(folder / "shop.toml").source.columns == mapped


def test_as_names_of_kinds(tmp_path: Path) -> None:
    lines = csv_log(days=12).splitlines()
    lines += [row(["v1", "2024-03-05 08:00:00", name, "i1", "1.00"]) for name in NAMES]
    (tmp_path / "log.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    assert compare(tmp_path, [tmp_path / "log.csv"], zone="UTC", kinds={"other": ["*"]}) == {}
    said = load_shop(tmp_path / "shop.toml").source.kinds
    assert set(NAMES) <= {name for names in said.values() for name in names}


def test_what_is_printed_is_no_markup_and_steers_no_terminal(tmp_path: Path) -> None:
    wild = "[red]item[/red]\x1b[2J\u202e"
    text = csv_log(header=f"visitor_id,timestamp,event,{wild},price").replace(",order,", ",buy\x1b]0;x\x07,")
    (tmp_path / "log.csv").write_text(text, encoding="utf-8")
    said = {"columns": {"item": wild, "entity": "visitor_id", "time": "timestamp", "kind": "event"}}
    source = make_source({**said, "kinds": {"purchase": ("buy\x1b]0;x\x07",), "view": ("view",)}})
    sight = look([tmp_path / "log.csv"], source, zone="UTC")
    console = Console(width=200, force_terminal=True)
    with console.capture() as capture:
        console.print(render(sight))
    assert "[red]item[/red]\\x1b[2J\\u202e" in capture.get()
    text = capture.get() + shop_text(sight, tmp_path)
    assert not [c for c in text if not c.isprintable() and c != "\n"]


@given(st.text(max_size=20))
def test_any_text_comes_back_from_toml(text: str) -> None:
    import tomllib

    assert tomllib.loads(f"{toml.comment(text)}\na = {toml.value([text])}\n") == {"a": [text]}
