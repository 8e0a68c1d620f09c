"""Steps of long work, told to whoever listens: about ten lines, whatever the number of steps."""

import threading
from collections.abc import Callable

Progress = Callable[[str], None]


class Steps:
    """Counts steps that several threads take, and says so each time another tenth is done.

    >>> steps = Steps("snapshots", 3, print)
    >>> for _ in range(3):
    ...     steps.done()
    snapshots: 33 %
    snapshots: 66 %
    snapshots: 100 %
    """

    def __init__(self, title: str, total: int, progress: Progress | None) -> None:
        self.title, self.total, self.progress = title, total, progress
        self.taken = 0
        self.lock = threading.Lock()

    def done(self) -> None:
        """One more step was taken."""
        with self.lock:
            before, self.taken = self.taken, self.taken + 1
            if self.progress is not None and before * 10 // self.total < self.taken * 10 // self.total:
                self.progress(f"{self.title}: {100 * self.taken // self.total} %")
