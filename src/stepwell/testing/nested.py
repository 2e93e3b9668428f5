"""Executions started by executions, where the test has the machine that is to be started."""

from typing import Any

import msgspec
from msgspec.structs import replace

from stepwell.api.within import NestedExecutions, OwnApi
from stepwell.engine.engine import Engine
from stepwell.engine.records import StateMachineRecord
from stepwell.integrations.call import Call
from stepwell.testing.desk import Desk
from stepwell.testing.tasks import START_EXECUTION


class Nested:
    """Has the server's own integration start the test's machines, and leaves all other calls to the desk."""

    def __init__(self, engine: Engine, desk: Desk) -> None:
        self.machines: dict[str, StateMachineRecord] = {}  # by name
        self._executions = NestedExecutions(OwnApi(engine))
        self._desk = desk

    async def call(self, call: Call) -> str:
        ours = self._ours(call)
        return await (self._desk.call(call) if ours is None else self._executions.call(ours))

    async def poll(self, call: Call, submitted: str) -> str | None:
        ours = self._ours(call)
        return await (self._desk.poll(call, submitted) if ours is None else self._executions.poll(ours, submitted))

    async def stop(self, call: Call, submitted: str | None) -> None:
        ours = self._ours(call)
        await (self._desk.stop(call, submitted) if ours is None else self._executions.stop(ours, submitted))

    def _ours(self, call: Call) -> Call | None:
        """The call for the test's machine of that name, whatever account and region the definition says it is in.

        None: the test has no such machine, or answers the task itself.
        """
        if (call.service, call.action) != START_EXECUTION or self._desk.answers_call(call):
            return None
        given: Any = msgspec.json.decode(call.input)
        arn = given.get("StateMachineArn") if isinstance(given, dict) else None
        machine = self.machines.get(arn.split(":")[6] if isinstance(arn, str) and arn.count(":") >= 6 else str(arn))
        if machine is None:
            return None
        return replace(call, input=msgspec.json.encode(given | {"StateMachineArn": machine.arn}).decode())
