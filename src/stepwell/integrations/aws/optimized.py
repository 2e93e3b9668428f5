"""The optimized integrations: calls with AWS's own additions, and jobs that are asked after until they end."""

from typing import Any

import msgspec

from stepwell.errors import States
from stepwell.integrations.aws.adapters import ADAPTERS, Adapter, Ask
from stepwell.integrations.aws.desk import Desk, Json, encode, service_of
from stepwell.integrations.aws.failures import Refusal, is_answer, optimized_failure, passes, refusals, unusable
from stepwell.integrations.aws.jobs import JOBS, Job, path, request
from stepwell.integrations.aws.models import capital
from stepwell.integrations.aws.values import Unsuitable, milliseconds, of_type
from stepwell.integrations.call import Call, CallFailed, exchange


class OptimizedCalls:
    """`arn:aws:states:::SERVICE:ACTION` in its patterns, for one service or several."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    async def call(self, call: Call) -> str:
        """The action's answer, with what AWS tells of the HTTP exchange."""
        return await self._desk.run(call, lambda: self._start(call))

    async def poll(self, call: Call, submitted: str) -> str | None:
        """The job as AWS describes it, once it has succeeded; a service that cannot tell now is asked again later."""
        return await self._desk.run(call, lambda: self._look(call, submitted))

    async def stop(self, call: Call, submitted: str | None) -> None:
        """Stop the job, if AWS would do so too. One that nobody knows of is looked for by its tag, where it has one."""
        await self._desk.run(call, lambda: self._end(call, submitted))

    # -- in a thread ---------------------------------------------------------------------------------------------------

    def _start(self, call: Call) -> str:
        service = service_of(call)
        given = msgspec.json.decode(call.input)
        try:
            answer, told = self._perform(call, service, given)
        except Unsuitable as fault:
            raise unusable(call.input, str(fault)) from fault
        except refusals() as error:
            raise optimized_failure(call.service, service, error) from error
        return encode(answer | told).decode()

    def _perform(self, call: Call, service: str, given: Json) -> tuple[Json, Json]:
        """Do the action, unless this very call has started its job before."""
        adapter = ADAPTERS.get(_name(call), Adapter())
        of_type(dict, "Parameters", given, "an OBJECT")
        found = self._started_before(call, service, given)
        if found is not None:
            return found, {}
        adapted = adapter.request(call, given, self._asking(call, service))
        answer, metadata = self._desk.ask(
            call, service, adapter.operation or call.action, adapted, capital, milliseconds
        )
        told = exchange(metadata["HTTPHeaders"], metadata["HTTPStatusCode"], metadata.get("RequestId") or "")
        return adapter.answer(call, given, answer), told

    def _started_before(self, call: Call, service: str, given: Json) -> Json | None:
        job = JOBS.get(_name(call)) if call.pattern == ".sync" else None
        if job is None or job.here is None:
            return None
        try:
            return job.here(call, given, self._asking(call, service))
        except refusals() as error:
            if is_answer(error) and not Refusal(error).passes:
                return None  # there is none, or we may not look
            raise

    def _asking(self, call: Call, service: str) -> Ask:
        return lambda action, given: self._desk.ask(call, service, action, given, capital, milliseconds)[0]

    def _look(self, call: Call, submitted: str) -> str | None:
        service, job = service_of(call), JOBS[_name(call)]
        given, answer = msgspec.json.decode(call.input), msgspec.json.decode(submitted)
        try:
            described = self._asking(call, service)(job.asked, request(job.about, given, answer))
        except refusals() as error:
            if job.gone and is_answer(error) and Refusal(error).code == job.gone:
                return encode(_without_exchange(answer)).decode()
            if passes(error):
                return None
            raise optimized_failure(call.service, service, error) from error
        return _outcome(job, answer, described)

    def _end(self, call: Call, submitted: str | None) -> None:
        service, job = service_of(call), JOBS[_name(call)]
        if job.stopped is None:
            return
        action, members = job.stopped
        given = msgspec.json.decode(call.input)
        try:
            found = self._started_before(call, service, given) if submitted is None else msgspec.json.decode(submitted)
            if found is not None:
                self._asking(call, service)(action, request(members, given, found))
        except refusals() as error:
            raise optimized_failure(call.service, service, error) from error


def _name(call: Call) -> str:
    return f"{call.service}:{call.action}"


def _outcome(job: Job, answer: Json, described: Json) -> str | None:
    """The result of a job, None while it runs. Raises CallFailed with the job as its cause."""
    found = path(described, job.job)
    state, ended = (path(found, job.state), found) if job.read is None else job.read(described, answer)
    kept = {name: answer[name] for name in job.kept if name in answer}
    result: Any = {job.under: ended, **kept} if job.under else ended
    if state in job.failed:
        raise CallFailed(States.TASK_FAILED, encode(result).decode())
    return encode(result).decode() if state in job.succeeded else None


def _without_exchange(answer: Json) -> Json:
    return {name: value for name, value in answer.items() if not name.startswith("Sdk")}
