"""A page of parts: each is renewed in its place, and nothing else is touched."""

from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from willbuy.reproductions.page import put_part, with_part

text = st.text(alphabet="ab\\g<0>\n |-*", max_size=30)


@given(st.lists(st.sampled_from(["reproduce a", "reproduce b", "logs"]), unique=True), text, text)
def test_a_part_is_renewed_in_its_place(names: list[str], first: str, second: str) -> None:
    page = "# Results\n"
    for name in names:
        page = with_part(page, name, f"{name} {first}")
    for name in names:
        renewed = with_part(page, name, f"{name} {second}")
        assert with_part(renewed, name, f"{name} {first}") == page
        assert [line for line in renewed.splitlines() if line.startswith("<!-- part")] == [
            f"<!-- part: {other} -->" for other in names
        ]


def test_what_stands_around_it_stays(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("# Mine\n\n<!-- part: a -->\nold\n<!-- end: a -->\n\nAfter.\n", encoding="utf-8")
    put_part(page, "a", "new")
    assert page.read_text(encoding="utf-8") == "# Mine\n\n<!-- part: a -->\nnew\n<!-- end: a -->\n\nAfter.\n"
