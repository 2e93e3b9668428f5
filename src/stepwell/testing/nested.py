"""Executions started by executions, where the test has the machine that is to be started."""

import json
from typing import Any

import msgspec

from stepwell.clock import Milliseconds
from stepwell.core.journal import Parent
from stepwell.engine.engine import Engine
from stepwell.engine.records import StateMachineRecord
from stepwell.errors import ExecutionAlreadyExists, States
from stepwell.integrations.call import Call, CallFailed
from stepwell.store.protocol import ExecutionRow
from stepwell.testing.desk import Desk
from stepwell.testing.tasks import START_EXECUTION


class Nested:
    """Makes the calls of `states:startExecution`, and leaves all others to the desk.

    What the tasks are given is what the developer guide says ("Start workflow executions from a task state"): `Output`
    is text with `.sync` and JSON with `.sync:2`.
    """

    def __init__(self, engine: Engine, desk: Desk) -> None:
        self.machines: dict[str, StateMachineRecord] = {}  # by name
        self._engine = engine
        self._desk = desk

    async def call(self, call: Call) -> str:
        machine = self._machine(call)
        if machine is None:
            return await self._desk.call(call)
        given = json.loads(call.input)
        input = given.get("Input", {})
        text = input if isinstance(input, str) else json.dumps(input)
        parent = Parent(call.execution, call.position, call.pattern.startswith(".sync"))
        try:
            started = await self._engine.start_execution(machine, given.get("Name"), text, parent=parent)
        except ExecutionAlreadyExists as problem:
            raise CallFailed("StepFunctions.ExecutionAlreadyExistsException", problem.message) from None
        return json.dumps({"ExecutionArn": started.arn, "StartDate": started.started_at})

    async def poll(self, call: Call, submitted: str) -> str | None:
        if self._machine(call) is None:
            return await self._desk.poll(call, submitted)
        row = await self._engine.find(json.loads(submitted)["ExecutionArn"])
        assert row is not None
        if row.status == "RUNNING":
            return None
        described = await self._described(row, parsed=call.pattern == ".sync:2")
        if row.status != "SUCCEEDED":
            raise CallFailed(States.TASK_FAILED, json.dumps(described))
        return json.dumps(described)

    async def stop(self, call: Call, submitted: str | None) -> None:
        row = None if submitted is None else await self._engine.find(json.loads(submitted).get("ExecutionArn", ""))
        if row is not None and row.status == "RUNNING":
            await self._engine.stop_execution(row, None, None)

    def _machine(self, call: Call) -> StateMachineRecord | None:
        """The one that is to be started, unless the test answers the task itself."""
        if (call.service, call.action) != START_EXECUTION or self._desk.answers_call(call):
            return None
        given: Any = msgspec.json.decode(call.input)
        arn = given.get("StateMachineArn") if isinstance(given, dict) else None
        return self.machines.get(arn.split(":")[6] if isinstance(arn, str) and arn.count(":") >= 6 else str(arn))

    async def _described(self, row: ExecutionRow, *, parsed: bool) -> dict[str, Any]:
        """As DescribeExecution tells it, in the form of the optimized integration."""
        data = await self._engine.describe(row)
        told: dict[str, Any] = {
            "ExecutionArn": row.arn,
            "Input": json.loads(data.input) if parsed else data.input,
            "InputDetails": {"Included": True},
            "Name": row.name,
            "StartDate": row.started_at,
            "StateMachineArn": row.machine_arn,
            "Status": row.status,
            "StopDate": _or_start(row.stopped_at, row),
        }
        if data.output is not None:
            told["Output"] = json.loads(data.output) if parsed else data.output
            told["OutputDetails"] = {"Included": True}
        told |= {name: text for name, text in (("Error", data.error), ("Cause", data.cause)) if text is not None}
        return told


def _or_start(stopped: Milliseconds | None, row: ExecutionRow) -> Milliseconds:
    return row.started_at if stopped is None else stopped
