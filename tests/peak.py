"""The peak memory of this process, for tests that run code in a process of its own."""

import resource
import sys
from pathlib import Path


def peak_memory() -> int:
    """Bytes that were resident at most since the program began.

    On Linux `ru_maxrss` of a fresh process begins with what its parent held when it forked, which a test run among
    thousands of others may be half a gigabyte; the kernel's VmHWM begins anew with the program.
    """
    status = Path("/proc/self/status")
    if status.exists():
        for line in status.read_text(encoding="ascii").splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) * 1024
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024
