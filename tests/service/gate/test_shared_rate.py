"""A8 over processes: the share of a key is one, whoever counts it."""

import subprocess
import sys
import time
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from willbuy.service.gate.rate import Rate
from willbuy.service.gate.shared_rate import SharedRate

ASK = """
import sys, time
from pathlib import Path
from willbuy.service.gate.shared_rate import SharedRate
rate = SharedRate(Path(sys.argv[1]), 6_000)
sys.stdin.readline()
end, passed = time.monotonic() + 1.0, 0
while time.monotonic() < end:
    passed += rate.wait("ann") == 0.0
print(passed)
"""


def test_three_processes_share_what_one_key_may(tmp_path: Path) -> None:
    """6,000 a minute: 100 a second, and 150 that were saved up; each for itself would have three times that in its second."""
    command = [sys.executable, "-c", ASK, str(tmp_path / "rate")]
    asking = [
        subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) for _ in range(3)
    ]
    began = time.monotonic()
    for one in asking:
        assert one.stdin is not None
        one.stdin.write("\n")
        one.stdin.flush()
    passed = [int(one.communicate(timeout=300)[0]) for one in asking]
    seconds = time.monotonic() - began
    assert 200 <= sum(passed) <= 151 + 100 * seconds


@given(
    st.lists(st.tuples(st.sampled_from(["ann", "bob"]), st.floats(0, 2)), max_size=60), st.integers(1, 600)
)
def test_it_counts_as_one_process_does(asked: list[tuple[str, float]], per_minute: int) -> None:
    from tempfile import TemporaryDirectory

    now = 5.0
    with TemporaryDirectory() as folder:
        alone = Rate(per_minute, lambda: now)
        shared = [SharedRate(Path(folder) / "rate", per_minute, lambda: now) for _ in range(2)]
        for turn, (key, gap) in enumerate(asked):
            now += gap
            assert shared[turn % 2].wait(key) == alone.wait(key)
        for one in shared:
            one.close()
