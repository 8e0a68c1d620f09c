"""The benchmark house: its stopwatch, its proof of agreement, its page."""

import sys
from pathlib import Path

import duckdb
import pytest

from benchmarks.house import page
from benchmarks.house.agree import checksum
from benchmarks.house.claims import Claim, memory, ratio
from benchmarks.house.measure import Measured, Sample, Side, SideFailed, alternate, run
from benchmarks.house.outcome import Disagreement, agree


class Inline(Side):
    """A side whose only argument is the Python that it runs."""

    @property
    def command(self) -> list[str]:
        return [sys.executable, "-c", self.arguments[0]]


def inline(code: str, name: str = "side") -> Side:
    return Inline(name, "", (code,))


def samples(side: str, cpu: list[float], peak: int = 1) -> Measured:
    return Measured(inline("", side), [Sample(seconds, seconds, peak, 0.0, {}) for seconds in cpu])


def test_the_stopwatch_sees_cpu_time_and_not_sleep() -> None:
    busy = run(inline("import time\nwhile time.process_time() < 0.3: pass\nprint('{}')"))
    asleep = run(inline("import time\ntime.sleep(0.3)\nprint('{}')"))
    assert busy.cpu >= 0.3
    assert asleep.cpu < 0.25
    assert asleep.wall >= 0.3


def test_the_stopwatch_sees_peak_memory() -> None:
    assert run(inline("block = b'x' * 300_000_000\ndel block\nprint('{}')")).peak >= 300e6


def test_a_side_that_fails_or_says_nothing_is_no_result() -> None:
    with pytest.raises(SideFailed, match=r"ended with 3[\s\S]*boom"):
        run(inline("import sys\nprint('boom', file=sys.stderr)\nsys.exit(3)"))
    with pytest.raises(SideFailed, match="printed no JSON"):
        run(inline("print('done')"))


@pytest.mark.parametrize("printed", ['{"a": 1}', 'noise\\n{"a": 1}', '{\\n  "a": 1\\n}'])
def test_what_a_side_prints_is_read_from_one_line_or_many(printed: str) -> None:
    assert run(inline(f"print('{printed}')")).printed == {"a": 1}


def test_sides_alternate_so_that_none_is_always_first() -> None:
    said: list[str] = []
    alternate([inline("print('{}')", "a"), inline("print('{}')", "b")], 3, said.append)
    assert [line.strip()[0] for line in said] == ["a", "b", "b", "a", "a", "b"]


def test_a_ratio_is_of_medians_and_shows_the_worst_and_best_pairs() -> None:
    claim = ratio("x", "cpu", (samples("ours", [2, 3, 10]), samples("theirs", [1, 2, 4])), "at most", 2)
    assert (claim.value, claim.range, claim.passed) == (1.5, (0.5, 10.0), True)


def test_a_bar_is_met_at_equality_and_missed_beyond() -> None:
    assert Claim("x", 4.0, (4.0, 4.0), "at least", 4.0).passed
    assert not Claim("x", 3.99, (4.0, 4.0), "at least", 4.0).passed
    assert not memory("x", samples("ours", [1.0], peak=2_000_000_001), 2.0).passed


def test_sides_that_differ_get_no_time() -> None:
    with pytest.raises(Disagreement, match=r"theirs: \{'rows': 3\}"):
        agree({"ours": {"rows": 2}, "theirs": {"rows": 3}})


@pytest.mark.parametrize(
    "other", ["(2, 'a', 0.5)", "(1, 'b', 0.5)", "(1, 'a', 0.5000000000000001)", "(1, 'a', NULL)"]
)
def test_the_checksum_sees_every_value(other: str) -> None:
    connection = duckdb.connect()
    one, two = (
        checksum(connection, f"(VALUES (7, 'c', 0.1::DOUBLE), {row}) t(a, b, c)", ("a", "b", "c"))
        for row in ("(1, 'a', 0.5)", other)
    )
    assert one[0] == two[0]
    assert one[1] != two[1]


def test_figures_go_between_the_marks_of_the_page(tmp_path: Path) -> None:
    target = tmp_path / "benchmarks.md"
    target.write_text(f"before\n\n{page.BEGIN}\nold\n{page.END}\n\nafter\n", encoding="utf-8")
    page.write_into(target, ["### new"])
    text = target.read_text(encoding="utf-8")
    assert "### new" in text
    assert "old" not in text
    assert text.startswith("before\n")
    assert text.endswith("\nafter\n")
    with pytest.raises(ValueError, match="lacks the marks"):
        target.write_text("nothing", encoding="utf-8")
        page.write_into(target, [])
