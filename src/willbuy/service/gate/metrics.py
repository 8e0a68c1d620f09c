"""What the service counts about itself, as Prometheus reads it.

Counting must cost a request next to nothing: here it is a dictionary and a list, both touched by one thread, and
`prometheus_client` is asked only when somebody reads the page.
"""

from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import accumulate
from typing import Any

from prometheus_client import CollectorRegistry
from prometheus_client.core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    HistogramMetricFamily,
    InfoMetricFamily,
)
from prometheus_client.exposition import generate_latest
from prometheus_client.metrics_core import Metric

from willbuy.service.gate.shared_counts import SharedCounts

SECONDS = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5)
SCORES = (0.001, 0.003, 0.01, 0.03, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9)
METHODS = frozenset(("GET", "POST", "DELETE", "PUT", "PATCH", "HEAD", "OPTIONS"))
Join = Callable[[Iterable[float]], float]
CONTENT_TYPE = "text/plain; version=1.0.0; charset=utf-8"


class Histogram:
    """How many values fell below each bound, and their sum."""

    def __init__(self, bounds: tuple[float, ...]) -> None:
        self._bounds = bounds
        self._counts = [0] * (len(bounds) + 1)
        self._sum = 0.0

    def add(self, value: float) -> None:
        """Count one value."""
        self._counts[bisect_left(self._bounds, value)] += 1
        self._sum += value

    def state(self) -> list[Any]:
        """As another process can add it to its own."""
        return [self._counts, self._sum]

    def take(self, state: list[Any]) -> None:
        """Add the values of another process."""
        self._counts = [mine + theirs for mine, theirs in zip(self._counts, state[0], strict=True)]
        self._sum += state[1]

    def buckets(self) -> tuple[list[tuple[str, float]], float]:
        """(upper bound, how many at or below it) for each, the last "+Inf", and the sum of all."""
        names = [*map(str, self._bounds), "+Inf"]
        return list(zip(names, map(float, accumulate(self._counts)), strict=True)), self._sum


class Metrics:
    """One service's counts. Whoever knows a number that stands elsewhere gives `watch` a way to read it.

    Labels are route templates, methods, status codes and outcomes: as many as there are routes, however many ids are asked for.
    """

    def __init__(self, shared: SharedCounts | None = None) -> None:
        self._shared = shared
        self.requests: Counter[tuple[str, str, int]] = Counter()
        self.seconds: dict[str, Histogram] = {}
        self.scores = Histogram(SCORES)
        self.events: Counter[str] = Counter()
        self.closed: Counter[str] = Counter()
        self._gauges: dict[str, tuple[str, Callable[[], float], Join]] = {}
        self._counters: dict[str, tuple[str, Callable[[], float]]] = {}
        self._infos: dict[str, tuple[str, Callable[[], dict[str, str]]]] = {}
        self._registry = CollectorRegistry(auto_describe=False)
        self._registry.register(self)

    def answered(self, template: str, method: str, status: int, seconds: float) -> None:
        """Count an answer."""
        self.requests[template, method if method in METHODS else "other", status] += 1
        held = self.seconds.get(template)
        if held is None:
            held = self.seconds[template] = Histogram(SECONDS)
        held.add(seconds)

    def scored(self, probability: float) -> None:
        """Count an answer's probability."""
        self.scores.add(probability)

    def event(self, outcome: str, number: int = 1) -> None:
        """Count events by what became of them: stored, duplicate, conflict, suppressed, refused."""
        self.events[outcome] += number

    def watch(
        self, name: str, meaning: str, read: Callable[[], float], counter: bool = False, join: Join = sum
    ) -> None:
        """Show a number that stands elsewhere under a name; a counter if it only grows.

        `join` makes one number of those of several processes, where it is no counter: `sum`, `min` or `max`.
        """
        if counter:
            self._counters[name] = (meaning, read)
        else:
            self._gauges[name] = (meaning, read, join)

    def info(self, name: str, meaning: str, read: Callable[[], dict[str, str]]) -> None:
        """Show texts that stand elsewhere, such as the version of the model."""
        self._infos[name] = (meaning, read)

    def render(self) -> bytes:
        """The page, in Prometheus' text format."""
        return generate_latest(self._registry)

    def tell(self) -> None:
        """Write this process's counts for the others, where there are others; called a few times a second."""
        if self._shared is not None:
            self._shared.write(self._state())

    def collect(self) -> Iterator[Metric]:
        """What `prometheus_client` asks for: of all processes, where there are several."""
        others = [] if self._shared is None else self._shared.others()
        past = [] if self._shared is None else self._shared.past()
        yield from self._families(self._sums([*others, *past]), others, past)

    def _state(self) -> dict[str, Any]:
        """All that is counted here, as JSON can say it."""
        return {
            "requests": [[*key, n] for key, n in self.requests.items()],
            "seconds": {route: held.state() for route, held in self.seconds.items()},
            "scores": self.scores.state(),
            "events": dict(self.events),
            "closed": dict(self.closed),
            "gauges": {name: float(read()) for name, (_, read, _) in self._gauges.items()},
            "counters": {name: float(read()) for name, (_, read) in self._counters.items()},
        }

    def _sums(self, others: Sequence[Mapping[str, Any]]) -> "_Sums":
        sums = _Sums()
        for state in (self._state(), *others):
            for route, method, status, n in state["requests"]:
                sums.requests[route, method, status] += n
            for route, held in state["seconds"].items():
                sums.seconds.setdefault(route, Histogram(SECONDS)).take(held)
            sums.scores.take(state["scores"])
            sums.events.update(state["events"])
            sums.closed.update(state["closed"])
        return sums

    def _families(
        self, sums: "_Sums", others: Sequence[Mapping[str, Any]], past: Sequence[Mapping[str, Any]]
    ) -> Iterator[Metric]:
        yield _counter("http_requests", "Answers.", ("route", "method", "status"), sums.requests)
        yield _latency(sums.seconds)
        buckets, total = sums.scores.buckets()
        yield HistogramMetricFamily(
            "willbuy_scores", "Probabilities answered.", buckets=buckets, sum_value=total
        )
        yield _counter("events", "Events by what became of them.", ("outcome",), sums.events)
        yield _counter("connections_closed", "Connections that we closed.", ("reason",), sums.closed)
        for name, (meaning, read, join) in self._gauges.items():
            values = [float(read()), *(state["gauges"].get(name, 0.0) for state in others)]
            yield GaugeMetricFamily(f"willbuy_{name}", meaning, value=join(values))
        for name, (meaning, count) in self._counters.items():
            more = sum(state["counters"].get(name, 0.0) for state in (*others, *past))
            yield CounterMetricFamily(f"willbuy_{name}", meaning, value=count() + more)
        for name, (meaning, texts) in self._infos.items():
            yield InfoMetricFamily(f"willbuy_{name}", meaning, value=texts())


class _Sums:
    """What several processes counted, together."""

    def __init__(self) -> None:
        self.requests: Counter[tuple[str, str, int]] = Counter()
        self.seconds: dict[str, Histogram] = {}
        self.scores = Histogram(SCORES)
        self.events: Counter[str] = Counter()
        self.closed: Counter[str] = Counter()


def _counter(name: str, meaning: str, labels: tuple[str, ...], counts: Counter[Any]) -> CounterMetricFamily:
    family = CounterMetricFamily(f"willbuy_{name}", meaning, labels=labels)
    for found, number in sorted(counts.items(), key=str):
        values = found if isinstance(found, tuple) else (found,)
        family.add_metric([str(value) for value in values], number)
    return family


def _latency(seconds: dict[str, Histogram]) -> HistogramMetricFamily:
    family = HistogramMetricFamily("willbuy_http_seconds", "Time to the whole answer.", labels=("route",))
    for template, held in sorted(seconds.items()):
        buckets, total = held.buckets()
        family.add_metric([template], buckets, total)
    return family
