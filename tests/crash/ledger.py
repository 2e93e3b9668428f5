"""What the server was asked and what it acknowledged, written down by its clients; contradictions at once."""

import threading
from typing import Any, NamedTuple

from .workflows import Json, Outcome


class Asked(NamedTuple):
    """An execution that somebody wants."""

    name: str
    workflow: str
    input: Json
    outcome: Outcome


class Answer(NamedTuple):
    """What a worker said of a task."""

    how: str  # Succeeded, Failed
    output: Json
    error: str | None


class Known(NamedTuple):
    """What the server has said of an execution's end."""

    ended: dict[str, Any] | None
    stopped: float | None


class Ledger:
    """Everything acknowledged. All methods may be called by any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self.violations: list[str] = []
        self.started: dict[str, Asked] = {}  # by ARN
        self.start_dates: dict[str, float] = {}
        self.given: dict[str, str] = {}  # token -> worker that has got it
        self.sent: dict[str, list[Answer]] = {}  # token -> what its worker tried to say
        self.accepted: dict[str, Answer] = {}  # token -> what the server said it had taken
        self.stops: dict[str, float] = {}  # ARN -> stopDate
        self.redrives: dict[str, float] = {}  # ARN and how many by then -> redriveDate
        self.ended: dict[str, dict[str, Any]] = {}  # ARN -> Describe's answer
        self.histories: dict[str, list[tuple[int, int, str]]] = {}  # ARN -> what was seen of it last
        self.unanswered = 0
        self.refusals: dict[str, int] = {}

    def violation(self, text: str) -> None:
        with self._lock:
            self.violations.append(text)

    def no_answer(self) -> None:
        with self._lock:
            self.unanswered += 1

    def refused(self, what: str) -> None:
        with self._lock:
            self.refusals[what] = self.refusals.get(what, 0) + 1

    def has_started(self, arn: str, asked: Asked, date: float | None) -> None:
        with self._lock:
            self.started[arn] = asked
        if date is not None:
            self._same(self.start_dates, arn, date, "startDate")

    def _same(self, dates: dict[str, float], arn: str, date: float, what: str) -> None:
        with self._lock:
            before = dates.setdefault(arn, date)
        if before != date:
            self.violation(f"{arn}: {what} was {before} and is {date}")

    def was_given(self, token: str, worker: str) -> None:
        with self._lock:
            before = self.given.setdefault(token, worker)
        if before != worker:
            self.violation(f"token {token} was given to {before} and to {worker}")

    def says(self, token: str, answer: Answer) -> None:
        """A worker is about to answer; whether it arrives is another matter."""
        with self._lock:
            self.sent.setdefault(token, []).append(answer)

    def was_accepted(self, token: str, answer: Answer) -> None:
        with self._lock:
            twice = token in self.accepted
            self.accepted[token] = answer
        if twice:
            self.violation(f"token {token} was accepted twice")

    def has_stopped(self, arn: str, date: float) -> None:
        self._same(self.stops, arn, date, "stopDate")

    def has_redriven(self, arn: str, count: int, date: float) -> None:
        self._same(self.redrives, f"{arn} for the {count}. time", date, "redriveDate")

    def known(self, arn: str) -> "Known":
        """What a question asked from now on must not contradict."""
        with self._lock:
            return Known(self.ended.get(arn), self.stops.get(arn))

    def describes(self, arn: str, seen: dict[str, Any], known: "Known") -> None:
        """An answer of DescribeExecution, with what was known when it was asked: an end stays until a redrive."""
        self._same(self.start_dates, arn, seen["startDate"], "startDate")
        if known.ended is not None and known.ended != seen and seen["redriveCount"] <= known.ended["redriveCount"]:
            self.violation(f"{arn} had ended as {known.ended} and is {seen}")
        if seen["status"] != "RUNNING":
            with self._lock:
                self.ended[arn] = seen
        elif known.stopped is not None:
            self.violation(f"{arn} runs though StopExecution had been answered")
        if known.stopped not in (None, seen.get("stopDate")):
            self.violation(f"{arn} stopped at {known.stopped}, and now at {seen.get('stopDate')}")

    def shows(self, arn: str, history: list[tuple[int, int, str]]) -> None:
        """An answer of GetExecutionHistory: (id, previousEventId, type); it only ever grows."""
        with self._lock:
            before = self.histories.get(arn, [])
            self.histories[arn] = history
        if history[: len(before)] != before:
            self.violation(f"the history of {arn} was {before} and is {history}")
        if [id for id, _, _ in history] != list(range(1, len(history) + 1)):
            self.violation(f"the events of {arn} are numbered {[id for id, _, _ in history]}")
