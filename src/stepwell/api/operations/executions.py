"""Starting, stopping, redriving, describing and listing executions, and their history."""

import asyncio
import logging
from functools import partial
from operator import attrgetter

import msgspec

from stepwell.api import shapes
from stepwell.api.call import Answer, Call
from stepwell.api.members import check_name, no_such_map_run, not_for_this_type, present, seconds
from stepwell.api.operations.state_machines import describe_revision, find_target
from stepwell.api.pages import page_size
from stepwell.arns import parse_arn, split_test_case
from stepwell.core.mocks import encode
from stepwell.core.payloads import json_fault
from stepwell.engine.aliases import Target
from stepwell.errors import (
    ExecutionDoesNotExist,
    InvalidExecutionInput,
    StateMachineDeleting,
    StateMachineDoesNotExist,
    ValidationException,
)
from stepwell.integrations.mock_config import MockConfigError, read_mock_config
from stepwell.store.protocol import ExecutionRow

log = logging.getLogger(__name__)

INCLUDED = {"included": True}
HISTORY_BATCH = 100  # events read at one time
HISTORY_BYTES = 4 * 1024 * 1024  # of payload in one page of a history: a page may be shorter than asked for


async def start_execution(call: Call, request: shapes.StartExecutionRequest) -> Answer:
    arn, test_case = split_test_case(request.state_machine_arn)
    target = await _startable(call, arn, request.name)
    input = _input(call, request.input)
    mocks = await _mocks(call, target, test_case)
    started = await call.engine.starts.start(
        target, request.name, input, call.trace or request.trace_header, call.parent, mocks
    )
    return {"executionArn": started.arn, "startDate": seconds(started.started_at)}


async def start_sync_execution(call: Call, request: shapes.StartSyncExecutionRequest) -> Answer:
    arn, test_case = split_test_case(request.state_machine_arn)
    target = await _startable(call, arn, request.name)
    if not target.machine.express:
        raise not_for_this_type()
    mocks = await _mocks(call, target, test_case)
    result = await call.engine.starts.start_sync(
        target, request.name, _input(call, request.input), mocks, call.trace or request.trace_header
    )
    whole = request.included_data != "METADATA_ONLY"
    return present(
        executionArn=result.arn,
        stateMachineArn=target.machine.arn,
        name=result.name,
        startDate=seconds(result.started_at),
        stopDate=seconds(result.stopped_at),
        status=result.status,
        error=result.error,
        cause=result.cause,
        input=result.input if whole else None,
        inputDetails={"included": whole},
        output=result.output if whole else None,
        outputDetails={"included": whole},
        traceHeader=request.trace_header,
        billingDetails=billing(result.stopped_at - result.started_at),
    )


def billing(duration: int) -> Answer:
    """What AWS would bill: steps of 100 ms, and 64 MB, the least there is."""
    return {
        "billedDurationInMilliseconds": max(100, -(-duration // 100) * 100),
        "billedMemoryUsedInMB": 64,
    }


async def stop_execution(call: Call, request: shapes.StopExecutionRequest) -> Answer:
    parse_arn(request.execution_arn, "execution")  # Express executions are not stopped, kept or not
    row = await find_execution(call, request.execution_arn)
    return {"stopDate": seconds(await call.engine.stop_execution(row, request.error, request.cause))}


async def redrive_execution(call: Call, request: shapes.RedriveExecutionRequest) -> Answer:
    parse_arn(request.execution_arn, "execution")
    row = await find_execution(call, request.execution_arn)
    call.engine.starts.take_on_more()
    return {"redriveDate": seconds(await call.engine.redrives.redrive(row, request.client_token))}


async def describe_execution(call: Call, request: shapes.DescribeExecutionRequest) -> Answer:
    row = await find_execution(call, request.execution_arn)
    data = await call.engine.describe(row)
    reason = await call.engine.redrives.obstacle(row, data)
    whole = request.included_data != "METADATA_ONLY"
    # A machine's time-out shows no error here, only in the history (recorded from AWS).
    failed = row.status in ("FAILED", "ABORTED")
    return present(
        executionArn=row.arn,
        stateMachineArn=row.machine_arn,
        stateMachineVersionArn=row.version_arn,
        stateMachineAliasArn=row.alias_arn,
        name=row.name,
        status=row.status,
        startDate=seconds(row.started_at),
        stopDate=None if row.stopped_at is None else seconds(row.stopped_at),
        input=data.input if whole else None,
        inputDetails={"included": whole},
        output=data.output if whole else None,
        outputDetails={"included": whole} if data.output is not None else None,
        error=data.error if failed else None,
        cause=data.cause if failed else None,
        redriveCount=row.redrive_count,
        redriveDate=None if row.redriven_at is None else seconds(row.redriven_at),
        redriveStatus="REDRIVABLE" if reason is None else "NOT_REDRIVABLE",
        redriveStatusReason=reason,
    )


async def list_executions(call: Call, request: shapes.ListExecutionsRequest) -> Answer:
    arn = await _listed(call, request)
    query = ("ListExecutions", arn, request.status_filter)
    rows = partial(call.engine.store.executions, arn, request.status_filter)
    page, token = await call.pages.page(query, request.next_token, request.max_results, rows, attrgetter("place"))
    return present(executions=[_list_item(row) for row in page], nextToken=token)


async def _listed(call: Call, request: shapes.ListExecutionsRequest) -> str:
    """The ARN of the machine, version or alias whose executions are asked for."""
    if (request.state_machine_arn is None) == (request.map_run_arn is None):
        raise ValidationException("Exactly one of stateMachineArn and mapRunArn must be specified")
    if request.state_machine_arn is None:
        raise no_such_map_run(request.map_run_arn or "")
    if request.redrive_filter is not None or request.status_filter == "PENDING_REDRIVE":
        raise ValidationException("redriveFilter and the status PENDING_REDRIVE need a mapRunArn")
    target = await find_target(call, request.state_machine_arn)
    if target.machine.express and not call.engine.keeps_express:
        raise not_for_this_type()
    return request.state_machine_arn


class ListItem(msgspec.Struct, rename="camel", omit_defaults=True, gc=False):
    """An execution in a list: encoded as it is, since a page has up to a thousand."""

    execution_arn: str
    state_machine_arn: str
    name: str
    status: str
    start_date: float
    redrive_count: int
    stop_date: float | None = None
    state_machine_version_arn: str | None = None
    state_machine_alias_arn: str | None = None
    redrive_date: float | None = None


def _list_item(row: ExecutionRow) -> ListItem:
    return ListItem(
        row.arn,
        row.machine_arn,
        row.name,
        row.status,
        seconds(row.started_at),
        row.redrive_count,
        None if row.stopped_at is None else seconds(row.stopped_at),
        row.version_arn,
        row.alias_arn,
        None if row.redriven_at is None else seconds(row.redriven_at),
    )


async def describe_state_machine_for_execution(
    call: Call, request: shapes.DescribeStateMachineForExecutionRequest
) -> Answer:
    row = await find_execution(call, request.execution_arn)
    revision = await call.engine.catalog.revision(row.machine_arn, row.revision)
    if revision is None:
        raise StateMachineDoesNotExist(row.machine_arn)
    name = parse_arn(row.machine_arn).name
    described = describe_revision(name, revision, request.included_data)
    return {**described, "updateDate": seconds(revision.created_at)}


async def get_execution_history(call: Call, request: shapes.GetExecutionHistoryRequest) -> Answer:
    row = await find_execution(call, request.execution_arn)
    reverse = bool(request.reverse_order)
    query = ("GetExecutionHistory", row.arn, reverse)
    after = await call.pages.read(request.next_token, query)
    limit = page_size(request.max_results)
    include_data = request.include_execution_data is not False
    events: list[Answer] = []
    more, weight = True, 0
    while more and len(events) < limit and weight < HISTORY_BYTES:
        wanted = min(limit - len(events), HISTORY_BATCH)
        batch = await call.engine.history(
            row, reverse=reverse, after=after, limit=wanted + 1, include_data=include_data
        )
        more = len(batch) > wanted
        events += batch[:wanted]
        weight += sum(map(_weight, batch))
        after = events[-1]["id"] if events else None
    token = await call.pages.issue(query, after) if more else None
    return present(events=events, nextToken=token)


def _weight(event: Answer) -> int:
    """Characters of payload in an event, roughly."""
    details = (value for value in event.values() if isinstance(value, dict))
    return sum(len(text) for detail in details for text in detail.values() if isinstance(text, str))


async def find_execution(call: Call, arn: str) -> ExecutionRow:
    """A STANDARD execution, or an Express one where these are kept. Raises InvalidArn, ExecutionDoesNotExist."""
    kinds = ("execution", "express") if call.engine.keeps_express else ("execution",)
    parse_arn(arn, *kinds)
    row = await call.engine.find(arn)
    if row is None:
        raise ExecutionDoesNotExist(arn)
    return row


async def _startable(call: Call, arn: str, name: str | None) -> Target:
    target = await find_target(call, arn)
    if target.machine.status == "DELETING":
        raise StateMachineDeleting(arn)
    if name is not None:
        check_name(name)
    return target


async def _mocks(call: Call, target: Target, test_case: str | None) -> str | None:
    """What tasks are answered in a test case, read from the file anew. Raises ValidationException."""
    if test_case is None:
        return None
    file = call.engine.config.mock_config
    if file is None:
        raise ValidationException(
            f"stateMachineArn names the test case '{test_case}', but this server has no mock configuration file."
            " Give it one: stepwell serve --mock-config FILE."
        )
    try:
        config = await asyncio.to_thread(read_mock_config, file)
        mocks = config.mocks(target.machine.name, test_case)
    except MockConfigError as problem:
        raise ValidationException(str(problem)) from problem
    states = (await call.engine.runner.machine(target.machine.arn, target.revision)).states
    if strangers := mocks.keys() - states:
        log.warning("%s: the test case %s mocks states that %s has not: %s",
                    file, test_case, target.machine.name, ", ".join(sorted(strangers)))  # fmt: skip
    return encode(mocks)


def _input(call: Call, text: str | None) -> str:
    if text is None:
        return "{}"
    if fault := json_fault(text):
        raise InvalidExecutionInput(fault)
    return text
