"""What looks stuck, in words for people: what it is, since when, and what mends it.

Three things do: an activity with tasks that no worker has asked for; a task that has waited for its answer for longer
than is usual; an execution on which our own code failed.
"""

from collections.abc import Iterable, Iterator
from typing import Any

from stepwell.api.members import present, seconds
from stepwell.arns import parse_arn
from stepwell.clock import Milliseconds
from stepwell.console.rows import last_line
from stepwell.console.series import Series, percentile
from stepwell.engine.waiting import WaitingTask
from stepwell.store.protocol import ExecutionRow

NO_WORKER: Milliseconds = 60_000
"""Workers ask once a minute at least: a request waits that long."""
LONG: Milliseconds = 24 * 3600 * 1000
"""After which any answer is late."""
TIMES = 3
"""An answer is late after so many times what 95 of 100 executions of the machine take from start to end,"""
SHORTEST: Milliseconds = 60_000
"""but not before that: people are slower than what usually answers within seconds;"""
ENOUGH = 20
"""and not before so many have ended that one may speak of usual."""

Stuck = dict[str, Any]


def activity_without_worker(arn: str, queued: int, oldest: Milliseconds, asked_at: Milliseconds) -> Stuck:
    """Tasks are queued since `oldest`, and no worker has asked since `asked_at`."""
    name = parse_arn(arn).name
    tasks = "1 task waits" if queued == 1 else f"{queued} tasks wait"
    text = f"{tasks} for a worker of {name}, and none asks. Start one; GetActivityTask names the activity's ARN."
    return {
        "kind": "activity-without-worker",
        "since": seconds(max(oldest, asked_at)),
        "text": text,
        "activityArn": arn,
    }


def late_callbacks(tasks: Iterable[WaitingTask], lately: dict[str, Series], now: Milliseconds) -> Iterator[Stuck]:
    """Those of the tasks that have waited for longer than is usual; `lately` is the last day of each machine."""
    for task in tasks:
        usual = _usual(lately.get(task.machine_arn))
        patience = LONG if usual is None else min(LONG, max(SHORTEST, TIMES * usual))
        if now - task.since <= patience:
            continue
        said = "" if usual is None else f", where executions of this machine usually end within {duration(usual)}"
        yield {
            "kind": "callback-older-than-usual",
            "since": seconds(task.since),
            "text": f"{task.state} has waited for its answer for {duration(now - task.since)}{said}. "
            "Answer it with its task token, or stop the execution.",
            "executionArn": task.execution_arn,
            "state": task.state,
        }


def _usual(series: Series | None) -> Milliseconds | None:
    durations = [] if series is None else series.durations()
    found = percentile(durations, 95) if len(durations) >= ENOUGH else None
    return None if found is None else round(found * 1000)


def executions_aside(rows: Iterable[ExecutionRow]) -> Iterator[Stuck]:
    """`since` is their start: when our code failed is in the log."""
    for row in rows:
        yield present(
            kind="set-aside",
            since=seconds(row.started_at),
            text=f"Stepwell's own code failed on this execution ({last_line(row.aside or '')}). The log has the whole. "
            "A build without the fault goes on with it; or stop it.",
            executionArn=row.arn,
        )


def duration(span: Milliseconds) -> str:
    """As people say it: `3 min`, `2 h`, `4 days`."""
    whole = max(0, span) // 1000
    for size, word in ((86_400, "day"), (3_600, "h"), (60, "min")):
        if whole >= size:
            count = whole // size
            return f"{count} {word}{'s' if word == 'day' and count > 1 else ''}"
    return f"{whole} s"
