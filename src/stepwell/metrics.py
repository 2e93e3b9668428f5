"""What /metrics shows: plain counters of the engine and the API, read when somebody asks."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping

from prometheus_client import CollectorRegistry
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

_COUNTERS = {
    "executions.started": "Executions started by this process",
    "executions.SUCCEEDED": "Executions that succeeded",
    "executions.FAILED": "Executions that failed",
    "executions.TIMED_OUT": "Executions that timed out",
    "executions.ABORTED": "Executions that were aborted",
    "executions.redriven": "Executions redriven",
    "executions.aside": "Executions set aside because Stepwell's own code failed on them",
    "executions.deleted": "Executions deleted because their retention was over",
    "express.given.up": "Express executions not kept, since there was no room for their journals in memory",
    "entries": "Journal entries made",
    "sandbox.slices": "Slices computed in a helper process, for JSONata whose cost is not known to be small",
    "sandbox.overruns": "Helper processes lost: an expression took too long or too much memory",
    "commits": "Commits written",
    "commits.failed": "Commits that were not made and decided again or refused",
    "logs.written": "Lines of execution logs written",
    "logs.dropped": "Lines of execution logs that could not be written",
    "observers.unseen": "Journal entries for which logs or traces had no room",
    "transactions": "Database transactions, one fsync each",
}
_GAUGES = {
    "residents": "Executions in memory",
    "resident.bytes": "Estimated bytes of the executions in memory",
    "timers": "Timers in memory",
    "pollers": "Workers waiting for a task",
    "backlog": "Commits waiting for the disk",
    "express.journal.bytes": "Journals of Express executions that are to be kept, not on disk yet",
    "retention.behind.seconds": "For how long the oldest execution to be deleted could have been gone",
}


class EngineCollector(Collector):
    """Reads the engine's figures."""

    def __init__(self, figures: Callable[[], Mapping[str, int]]) -> None:
        self._figures = figures

    def collect(self) -> Iterable[Metric]:
        figures = self._figures()
        for name, help in _COUNTERS.items():
            yield CounterMetricFamily(_name(name), help, value=figures.get(name, 0))
        for name, help in _GAUGES.items():
            yield GaugeMetricFamily(_name(name), help, value=figures.get(name, 0))


class TargetCollector(Collector):
    """Reads what the targets of status-change events were told: by target, `told`, `given_up` and `waiting`."""

    def __init__(self, figures: Callable[[], Mapping[str, Mapping[str, int]]]) -> None:
        self._figures = figures

    def collect(self) -> Iterable[Metric]:
        told = CounterMetricFamily("stepwell_target_told", "Status-change events that a target took", labels=["target"])
        help = "Status-change events given up for a target, since its data began"
        given_up = CounterMetricFamily("stepwell_target_given_up", help, labels=["target"])
        waiting = GaugeMetricFamily("stepwell_target_waiting", "Status-change events that wait", labels=["target"])
        for target, figures in self._figures().items():
            for family, name in ((told, "told"), (given_up, "given_up"), (waiting, "waiting")):
                family.add_metric([target], figures[name])
        yield from (told, given_up, waiting)


class RequestCollector(Collector):
    """Requests of the AWS API by operation and error, both "" where there is none."""

    def __init__(self) -> None:
        self._requests: Counter[tuple[str, str]] = Counter()

    def count(self, operation: str, error: str) -> None:
        """A request was answered. Names come from our own tables, so there are few."""
        self._requests[operation, error] += 1

    def collect(self) -> Iterable[Metric]:
        help = "Requests of the AWS API by operation and error (empty when served)"
        family = CounterMetricFamily("stepwell_api_requests", help, labels=["operation", "error"])
        for names, count in list(self._requests.items()):  # another thread may ask
            family.add_metric(names, count)
        yield family


def _name(name: str) -> str:
    return "stepwell_" + name.replace(".", "_").lower()


def registry(figures: Callable[[], Mapping[str, int]]) -> CollectorRegistry:
    """A registry that shows these figures."""
    made = CollectorRegistry()
    made.register(EngineCollector(figures))
    return made
