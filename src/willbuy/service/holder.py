"""Which model is in service: it follows the champion pointer, and keeps the old model on any fault of the new one."""

import logging
import threading
from collections import deque
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from time import monotonic
from typing import Protocol

from willbuy.errors import RegistryError, WillbuyError
from willbuy.features.catalogue import load_python
from willbuy.models.bundle import Bundle
from willbuy.registry.loading import load_safely
from willbuy.registry.pointer import Named, Pointer, pointer_file, read_pointer, run_named
from willbuy.registry.proof import read_parity
from willbuy.runs import BUNDLE, complete_run, newest_run, read_result
from willbuy.service.serving import Serving, serving_of
from willbuy.shop import Common, Shop

logger = logging.getLogger("willbuy.service")

LOOK = 0.2  # seconds between two looks at the pointer
AGAIN = 5.0  # seconds until a bundle that could not be loaded is tried again
KEPT = 2  # earlier models that stay in memory, for a rollback at once


class Clock(Protocol):
    """Says the moment, naive UTC."""

    def __call__(self) -> datetime: ...


class Loader(Protocol):
    """Loads the bundle of an id from a folder, or raises WillbuyError."""

    def __call__(self, folder: Path, expected_id: str, *, home: Path | None = None) -> Bundle: ...


class Holder:
    """Holds the model in service.

    `current` and `shadow` are read by requests: one attribute, swapped whole, so that a request that reads it once sees one
    model from its features to its version. `error` says why what the pointer names is not in service; None where it is.
    `swaps` and `faults` count; each fault is an alert.

    The model of a log must have its parity proof beside it, unless `allow_unproven`. With `run` that run is served, whoever
    is champion.
    """

    def __init__(
        self,
        shop: Common,
        clock: Clock,
        *,
        run: str | None = None,
        allow_unproven: bool = False,
        load: Loader = load_safely,
    ) -> None:
        self.current: Serving | None = None
        self.shadow: Serving | None = None
        self.error: str | None = None
        self.swaps = 0
        self.faults = 0
        self.pointer: Pointer | None = None
        self.prepare: Callable[[Serving], None] | None = None
        """Called with a champion, or a shadow, before it is taken into service; what it raises keeps the one before."""
        self._home, self._clock, self._run, self._load = shop.home, clock, run, load
        self._shop = shop
        self._proven = isinstance(shop, Shop) and not allow_unproven
        self._earlier: deque[Serving] = deque(maxlen=KEPT)
        self._seen: object = None
        self._again = 0.0
        self._newest: str | None = None
        self._newest_again = 0.0
        self._lock = threading.Lock()
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Load what is to be served. Raises WillbuyError where there is nothing, or it cannot be loaded."""
        if isinstance(self._shop, Shop):
            load_python(self._shop)  # classes of the shop's own join the algebra
        if self._run is not None:
            self.current = self._serving(_named(self._home, self._run))
            return
        if read_pointer(self._home) is None:
            raise RegistryError(
                "nothing is promoted yet, so there is no model to serve. Run: willbuy promote RUN (see: willbuy models)"
            )
        self.refresh()
        if self.current is None:
            raise RegistryError(self.error or "the champion could not be loaded")

    def refresh(self) -> bool:
        """Look at the pointer once, and take into service what it names; says whether anything changed.

        On a fault the old model stays, `error` says why, and the bundle is tried again after a while.
        """
        with self._lock:
            seen = _stamp(pointer_file(self._home))
            if self._run is not None or (
                seen == self._seen and (self.error is None or monotonic() < self._again)
            ):
                return False
            self._seen = seen
            try:
                changed = self._follow()
            except (WillbuyError, OSError) as error:
                self._fault(str(error))
            except Exception as error:  # whatever it is, the old model goes on answering
                self._fault(f"{type(error).__name__}: {error}")
            else:
                self.error = None
                return changed
            return False

    def watch(self, every: float = LOOK) -> None:
        """Look at the pointer again and again, in a thread of its own, until `close`."""
        if self._thread is None and self._run is None:
            self._thread = threading.Thread(
                target=self._watching, args=(every,), name="willbuy-holder", daemon=True
            )
            self._thread.start()

    def close(self) -> None:
        """End the thread, or leave it to its first load if that takes long; what is in service stays."""
        self._stop.set()
        if self._thread is not None:
            self._thread.join(timeout=1.0)

    @property
    def pinned(self) -> bool:
        """Whether a run was named to be served, whoever is champion."""
        return self._run is not None

    @property
    def newer(self) -> str | None:
        """The newest complete run, where it is newer than the one in service; None where none is. Looks now and then."""
        if self.current is None:
            return None
        now = monotonic()
        if now >= self._newest_again:
            self._newest, self._newest_again = newest_run(self._home), now + AGAIN
        newest = self._newest
        return newest if newest is not None and int(newest) > int(self.current.run) else None

    @property
    def in_memory(self) -> tuple[str, ...]:
        """The runs of earlier champions that a rollback finds loaded."""
        return tuple(serving.run for serving in self._earlier)

    def _watching(self, every: float) -> None:
        ready_for = None
        while not self._stop.wait(every):
            self.refresh()
            if self.pointer is not ready_for:
                ready_for = self.pointer
                self._make_ready()

    def _make_ready(self) -> None:
        """Load the champion before this one, so that a rollback finds it in memory after a restart as well."""
        if self.pointer is None or not self.pointer.earlier:
            return
        try:
            with self._lock:
                serving = self._serving(self.pointer.earlier[-1])
                if serving not in (self.current, self.shadow, *self._earlier):
                    self._earlier.append(serving)
        except Exception as error:  # nobody has asked for it yet
            logger.warning("the champion before this one could not be loaded: %s", error)

    def _follow(self) -> bool:
        pointer = read_pointer(self._home)
        if pointer is None:
            if self.current is None:
                return False
            raise RegistryError("the champion pointer is gone; the model that was in service still is")
        before = self.current, self.shadow
        current = self._serving(pointer.champion)
        if current is not self.current and self.prepare is not None:
            self.prepare(current)
        if self.current is not None and current is not self.current:
            self._earlier.append(self.current)
        if current is not self.current:
            self.swaps += 1
        self.current, self.pointer = current, pointer
        self.shadow = (
            None if pointer.shadow is None else self._in_shadow(self._serving(pointer.shadow), current)
        )
        return before != (self.current, self.shadow)

    def _in_shadow(self, shadow: Serving, current: Serving) -> Serving:
        """One to be scored beside the champion, whose facts about items are counted by the same days."""
        if shadow.features and current.features and shadow.features.clock != current.features.clock:
            raise RegistryError(
                f"run {shadow.run} counts by days of {shadow.features.clock.zone}, the champion by those of "
                f"{current.features.clock.zone}: it cannot be scored in its shadow"
            )
        if shadow is not self.shadow and self.prepare is not None:
            self.prepare(shadow)
        return shadow

    def _serving(self, named: Named) -> Serving:
        """One that is in memory already, else loaded anew."""
        for known in (self.current, self.shadow, *self._earlier):
            if known is not None and (known.run, known.version) == named:
                return known
        folder = self._home / "runs" / named.run
        parity = read_parity(folder, named.bundle)
        if self._proven and not (parity and parity.clean):
            raise RegistryError(
                f"run {named.run} has no clean parity proof. Run: willbuy parity, or serve it with --allow-unproven"
            )
        bundle = self._load(folder / BUNDLE, named.bundle, home=self._home)
        return serving_of(bundle, named.run, parity, self._clock())

    def _fault(self, words: str) -> None:
        if words != self.error:
            self.faults += 1
            if self.current is not None:  # else the start ends with these words
                logger.error("the model in service stays as it is: %s", words)
        self.error, self._again = words, monotonic() + AGAIN


def _named(home: Path, run: str) -> Named:
    folder = complete_run(home, run_named(home, run))
    return Named(folder.name, str(read_result(folder)["bundle"]))


def _stamp(file: Path) -> object:
    """What tells one version of a file from the next; None where it is not there."""
    try:
        status = file.stat()
    except OSError:
        return None
    return status.st_mtime_ns, status.st_ino, status.st_size
