"""Functions that workers serve: invocations wait here until one asks for the next, as Lambda's runtimes do."""

import asyncio
from collections import deque
from collections.abc import Callable

from stepwell.clock import Clock, Milliseconds
from stepwell.integrations.call import Postponed
from stepwell.integrations.functions.invocation import Invocation, Moved, Outcome, bounded, exited, timed_out
from stepwell.integrations.functions.refusals import TooManyRequestsException

KEEPS_CONNECTION = ("aws-lambda-", "AWS_Lambda_", "stepwell/")
"""How clients name themselves that ask and answer over one connection: once it is lost, they are."""

Gone = asyncio.Future[None]
"""Done once a connection is lost."""


class Job:
    """An invocation, waiting or given to a worker."""

    __slots__ = ("begun", "deadline", "done", "invocation", "seconds", "timer", "watched")

    def __init__(self, invocation: Invocation, seconds: float) -> None:
        self.invocation = invocation
        self.seconds = seconds
        self.begun = False
        self.deadline: Milliseconds = 0  # of the worker that has it
        self.done: asyncio.Future[Outcome] = asyncio.get_running_loop().create_future()
        self.timer: asyncio.TimerHandle | None = None
        self.watched: tuple[Gone, Callable[[Gone], None]] | None = None

    def begin(self, gone: Gone, keeps_connection: bool, now: Milliseconds) -> None:
        """A worker has it now."""
        self.begun = True
        self.deadline = now + round(self.seconds * 1000)
        self.timer = asyncio.get_running_loop().call_later(self.seconds, self._overdue)
        if keeps_connection:
            self.watched = gone, self._lost
            gone.add_done_callback(self._lost)

    def resolve(self, outcome: Outcome) -> None:
        if not self.done.done():
            self.done.set_result(outcome)

    def end(self) -> None:
        if self.timer is not None:
            self.timer.cancel()
        if self.watched is not None:
            gone, lost = self.watched
            gone.remove_done_callback(lost)

    def _overdue(self) -> None:
        self.resolve(timed_out(self.invocation.id, self.seconds))

    def _lost(self, _: Gone) -> None:
        self.resolve(exited(self.invocation.id, None))


class Workers:
    """Of one function. Those who ask first are served first."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._asking: deque[tuple[asyncio.Future[Job], Gone, bool]] = deque()
        self._waiting: deque[Job] = deque()
        self._jobs: dict[str, Job] = {}  # by id, waiting or given

    @property
    def asking(self) -> int:
        """How many ask for work now."""
        return sum(not (asked.done() or gone.done()) for asked, gone, _ in self._asking)

    async def run(self, invocation: Invocation, queue: int, seconds: float) -> Outcome:
        """Have a worker answer, however long none comes. Raises TooManyRequestsException, Moved, Postponed.

        `queue`: how many may wait. `seconds`: how long a worker may take.
        """
        job = Job(invocation, seconds)
        if not self._give(job):
            if len(self._waiting) >= queue:
                raise TooManyRequestsException
            self._waiting.append(job)
        self._jobs[invocation.id] = job
        try:
            return bounded(await job.done)
        finally:
            job.end()
            if not job.begun and job in self._waiting:
                self._waiting.remove(job)
            if self._jobs.get(invocation.id) is job:
                del self._jobs[invocation.id]

    def _give(self, job: Job) -> bool:
        """Whether somebody asked for it."""
        while self._asking:
            asked, gone, keeps_connection = self._asking.popleft()
            if not asked.done() and not gone.done():
                job.begin(gone, keeps_connection, self._clock.now())
                asked.set_result(job)
                return True
        return False

    async def next(self, gone: Gone, agent: str = "") -> Job | None:
        """The next invocation for a worker on this connection; None when it has hung up, or the server stops."""
        keeps_connection = agent.startswith(KEEPS_CONNECTION)
        while self._waiting:
            job = self._waiting.popleft()
            if not job.done.done():
                job.begin(gone, keeps_connection, self._clock.now())
                return job
        asked: asyncio.Future[Job] = asyncio.get_running_loop().create_future()
        self._asking.append((asked, gone, keeps_connection))
        await asyncio.wait((asked, gone), return_when=asyncio.FIRST_COMPLETED)
        if asked.done() and not asked.cancelled():
            return asked.result()
        asked.cancel()
        self._asking = deque(one for one in self._asking if not one[0].done())
        return None

    def answer(self, id: str, outcome: Outcome) -> Invocation | None:
        """Take a worker's answer, also that of one which was given the invocation before the server was restarted.

        None: nobody waits for it.
        """
        job = self._jobs.get(id)
        if job is None or job.done.done():
            return None
        job.resolve(outcome)
        return job.invocation

    def find(self, id: str) -> Invocation | None:
        """An invocation that waits or is under way."""
        job = self._jobs.get(id)
        return None if job is None else job.invocation

    def fail_first(self, outcome: Callable[[str], Outcome]) -> None:
        """A worker could not be made ready, and no other asks: so fails who has waited longest."""
        if self._waiting and not self.asking:
            job = self._waiting.popleft()
            job.resolve(outcome(job.invocation.id))

    def withdraw(self, id: str) -> None:
        """Nobody waits for this invocation any more; it is not given to anybody if it has not been."""
        job = self._jobs.get(id)
        if job is not None and not job.begun and not job.done.done():
            job.done.set_exception(Postponed())

    def send_away(self, problem: type[Exception] = Moved) -> None:
        """The function is run otherwise now: those who wait are sent away. What has begun goes on."""
        for job in list(self._waiting):
            if not job.done.done():
                job.done.set_exception(problem())
        self._waiting.clear()

    def stop(self) -> None:
        """The server stops: those who ask are answered, those who wait are called again at the next start."""
        self.send_away(Postponed)
        for asked, _, _ in self._asking:
            asked.cancel()
        self._asking.clear()
