"""TestState: one state, entered once with what the client gives it; nothing is created or kept."""

import asyncio
import contextlib
import hashlib
import secrets
from typing import Any

import msgspec
from msgspec.structs import replace

from stepwell.api import shapes
from stepwell.api.call import Answer, Call
from stepwell.api.members import check_role, present
from stepwell.arns import state_machine_arn
from stepwell.asl.resources import is_activity
from stepwell.asl.specimen import Specimen, StateNotFound, read_specimen
from stepwell.asl.states import Map, Parallel, Task
from stepwell.core.advance import Limits, Moment, RunApart
from stepwell.core.facts import Start
from stepwell.core.payloads import json_fault
from stepwell.core.state_test import LONGEST_TEST, Given, Outcome, Unthinkable, Wanted, try_state
from stepwell.engine.calls import call_of
from stepwell.engine.identity import new_uuid
from stepwell.engine.limits import FORESEEN, IN_PROCESS
from stepwell.engine.sandbox import Unavailable
from stepwell.engine.sandbox_protocol import Trial
from stepwell.errors import (
    ApiError,
    Failure,
    InvalidDefinition,
    InvalidExecutionInput,
    ServiceUnavailable,
    States,
    ValidationException,
)
from stepwell.expressions.scope import Json
from stepwell.integrations.aws.models import NoModels
from stepwell.integrations.call import CallFailed
from stepwell.integrations.http.task import HttpTask, Trace
from stepwell.integrations.service_shapes import mismatch

_WAITING = (".sync", ".sync:2", ".waitForTaskToken")


class UntestableDefinition(InvalidDefinition):
    """A valid state that this operation does not serve."""

    def __init__(self, message: str) -> None:
        ApiError.__init__(self, message)

    @property
    def code(self) -> str:
        return "InvalidDefinition"


async def test_state(call: Call, request: shapes.TestStateRequest) -> Answer:
    """Raises InvalidArn, InvalidDefinition, InvalidExecutionInput, ValidationException.

    A Wait state does not keep anybody waiting. A Task without a mock makes its call.
    """
    if request.role_arn is not None:
        check_role(request.role_arn)
    _check_mock(request)
    # Definition, models and expressions may take a while; in a thread others are served meanwhile.
    specimen = await asyncio.to_thread(_specimen, request)
    moment = Moment(call.engine.clock.now(), secrets.randbits(63))
    limits = Limits(payload=call.engine.config.payload_limit)
    trace = Trace(bool(request.reveal_secrets)) if request.inspection_level == "TRACE" else None
    try:
        given = _given(call, request)
        outcome = await _try(call, request, given, specimen, moment, limits)
        if outcome.call is not None:
            answered = await _call(call, given, specimen.state.name, outcome.call, trace)
            outcome = await _try(call, request, answered, specimen, moment, limits)
    except Unthinkable as problem:
        raise ValidationException(str(problem)) from problem
    inspected = request.inspection_level in ("DEBUG", "TRACE")
    return present(
        status=outcome.status,
        output=outcome.output,
        error=outcome.error,
        cause=outcome.cause,
        nextState=outcome.next,
        inspectionData=outcome.inspection | (trace.shown() if trace else {}) if inspected else None,
    )


def _specimen(request: shapes.TestStateRequest) -> Specimen:
    """The state, about which nothing is said that does not fit it."""
    try:
        specimen = read_specimen(request.definition, request.state_name)
    except StateNotFound:
        raise ValidationException("State not found in definition") from None
    _check_state(specimen, request)
    _check_configuration(specimen, request)
    return specimen


async def _call(call: Call, given: Given, state: str, wanted: Wanted, trace: Trace | None) -> Given:
    """Make the call that the state wants: the same state with the answer. `trace` notes an HTTP Task's exchange."""
    start = given.start
    made = call_of(start.arn, start.machine_arn, 0, 0, state, wanted, wanted.input)
    try:
        integration = call.engine.runner.calls.integration_for(made)
        longest = min(wanted.timeout or LONGEST_TEST, LONGEST_TEST)
        answer = integration.exchange(made, trace) if isinstance(integration, HttpTask) else integration.call(made)
        return replace(given, result=await asyncio.wait_for(answer, longest))
    except CallFailed as problem:
        return replace(given, failure=problem.failure)
    except TimeoutError:
        return replace(given, failure=Failure(States.TIMEOUT))


async def _try(
    call: Call, request: shapes.TestStateRequest, given: Given, specimen: Specimen, moment: Moment, limits: Limits
) -> Outcome:
    """Here, or in a helper process where the state's expressions may or do take long. Raises Unthinkable."""
    if not specimen.machine.wild:
        short = replace(limits, time_limit=IN_PROCESS, foreseen_limit=FORESEEN)
        with contextlib.suppress(RunApart):
            return await asyncio.to_thread(try_state, specimen, given, moment, short)
    name = hashlib.sha256(request.definition.encode()).hexdigest()
    trial = Trial(name, request.definition, request.state_name, msgspec.json.encode(given), moment, limits)
    try:
        tried = await call.engine.runner.sandbox.try_state(trial)
    except Unavailable as problem:
        raise ServiceUnavailable(str(problem)) from problem
    if tried.outcome is None:
        raise Unthinkable(tried.unthinkable)
    return msgspec.json.decode(tried.outcome, type=Outcome)


def _given(call: Call, request: shapes.TestStateRequest) -> Given:
    mock, configuration = request.mock, request.state_configuration or shapes.TestStateConfiguration()
    refused = mock.error_output if mock is not None else None
    return Given(
        start=_start(call, request),
        variables=_object(request.variables, "variables") or {},
        context=_object(request.context, "context"),
        result=mock.result if mock is not None else None,
        failure=None if refused is None else Failure(refused.error, refused.cause),
        retries=configuration.retrier_retry_count or 0,
        failed_iterations=configuration.map_iteration_failure_count or 0,
        reader_data=configuration.map_item_reader_data,
    )


def _start(call: Call, request: shapes.TestStateRequest) -> Start:
    """An Express execution of a machine that nobody can find (recorded: so the context object shows it)."""
    machine, name = new_uuid(), new_uuid()
    arn = state_machine_arn(call.region, call.account, machine)
    return Start(
        arn=f"{arn.replace(':stateMachine:', ':express:')}:{name}",
        machine_arn=arn,
        revision="",
        name=name,
        role_arn=request.role_arn or "",
        input=_input(call, request.input),
    )


def _input(call: Call, text: str | None) -> str:
    if text is None:
        return "{}"
    if fault := json_fault(text):
        raise InvalidExecutionInput(fault)
    return text


def _object(text: str | None, member: str) -> dict[str, Any] | None:
    if text is None:
        return None
    value = _json(text, member)
    if not isinstance(value, dict):
        raise ValidationException(f"{member} must be a JSON object")
    return value


def _json(text: str, member: str) -> Json:
    if fault := json_fault(text):
        raise ValidationException(f"{member} is not JSON: {fault}")
    return msgspec.json.decode(text)


# -- what does not go together -----------------------------------------------------------------------------------------


def _check_mock(request: shapes.TestStateRequest) -> None:
    """What is wrong with the mock whatever the state."""
    mock = request.mock
    if mock is None:
        return
    if request.reveal_secrets:
        raise ValidationException("TestState does not support RevealSecrets when a mock is specified.")
    if mock.result is not None and mock.error_output is not None:
        raise ValidationException("A test mock should have only one of the following fields: [result, errorOutput].")
    if mock.result is None and mock.error_output is None:
        raise ValidationException("A test mock should have one of the following fields: [result, errorOutput].")


def _check_state(specimen: Specimen, request: shapes.TestStateRequest) -> None:
    """A mock must be there if and only if the state cannot be tested without, and must fit it."""
    state, mock = specimen.state, request.mock
    if mock is None:
        _check_unmocked(specimen)
    elif not isinstance(state, Task | Parallel | Map):
        raise ValidationException(f"State type '{state.type}' is not supported when a mock is specified")
    elif mock.result is not None:
        result = _json(mock.result, "mock.result")
        if isinstance(state, Task):
            _check_answer(state.resource, result, mock.field_validation_mode or "STRICT")
        else:
            _check_group(state, result)


def _check_unmocked(specimen: Specimen) -> None:
    state = specimen.state
    if isinstance(state, Parallel | Map):
        raise UntestableDefinition(
            "TestState API does not support Map or Parallel states. Supported state types include:"
            " [Task, Wait, Pass, Succeed, Fail, Choice]"
        )
    if isinstance(state, Task) and (is_activity(state.resource) or state.resource.endswith(_WAITING)):
        raise ValidationException(
            f"TestState waits for nobody: a Task state that does ({state.resource}) needs a mock with the result or the"
            " errorOutput that it would have."
        )


def _check_group(state: Parallel | Map, result: Json) -> None:
    if isinstance(state, Map) and state.result_writer is not None:
        if not isinstance(result, dict):
            raise ValidationException("Mocked result must be a JSON object.")
    elif not isinstance(result, list):
        raise ValidationException("Mocked result must be an array.")
    elif isinstance(state, Parallel) and len(result) != len(state.branches):
        raise ValidationException("Mocked result must contain the same number of items as number of Parallel branches.")


def _check_answer(resource: str, result: Json, mode: shapes.MockResponseValidationMode) -> None:
    """Raises ValidationException where the called service could not answer so."""
    if mode == "NONE":
        return
    try:
        problem = mismatch(resource, result, mode)
    except NoModels as missing:
        raise ValidationException(
            f"The mock cannot be held against the service's API model: {missing}. Install it beside the server"
            " (pip install botocore), or give the mock the fieldValidationMode NONE."
        ) from missing
    if problem is not None:
        raise ValidationException(f"Mock result schema validation error: {problem}")


def _check_configuration(specimen: Specimen, request: shapes.TestStateRequest) -> None:
    """What stateConfiguration says must be possible for this state."""
    configuration = request.state_configuration
    if configuration is None:
        return
    culprit = configuration.error_caused_by_state
    if culprit is not None and culprit not in specimen.inner:
        raise ValidationException(
            f"errorCausedByState names '{culprit}', which is not a state inside the one under test"
        )
    if configuration.map_item_reader_data is not None:
        _json(configuration.map_item_reader_data, "mapItemReaderData")
        if not isinstance(specimen.state, Map) or specimen.state.item_reader is None:
            raise ValidationException("mapItemReaderData is for a Map state with an ItemReader")
